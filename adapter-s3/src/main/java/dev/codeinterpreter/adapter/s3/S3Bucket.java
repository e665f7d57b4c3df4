package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.UnavailableException;
import io.minio.HeadBucketArgs;
import io.minio.MakeBucketArgs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bucket, made when it is missing. Looked for once, with the first call that succeeds. Safe for use by many threads. */
final class S3Bucket {

    private static final Logger LOG = LoggerFactory.getLogger(S3Bucket.class);

    private final S3Calls calls;
    private final String name;
    private volatile boolean known;

    S3Bucket(S3Calls calls, String name) {
        this.calls = calls;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** @throws UnavailableException when the store does not tell whether the bucket is there, or does not let us make it */
    void require() {
        if (!known) {
            check();
        }
    }

    /** Looks again, and makes the bucket when it is missing, as {@link #require()} does. */
    void check() {
        makeIfMissing();
        known = true;
    }

    /** To be told when a request found that the bucket is gone. */
    void forget() {
        known = false;
    }

    private void makeIfMissing() {
        try {
            HeadBucketArgs request = HeadBucketArgs.builder().bucket(name).build();
            var _ = calls.call(client -> client.headBucket(request));
        } catch (UnavailableException e) {
            if (!S3Calls.isRefusal(e, "NoSuchBucket")) {
                throw e;
            }
            make();
        }
    }

    private void make() {
        try {
            MakeBucketArgs request = MakeBucketArgs.builder().bucket(name).build();
            var _ = calls.call(0, client -> client.makeBucket(request).thenApply(_ -> true), _ -> {});
            LOG.atInfo().log("Made the bucket {}", name);
        } catch (UnavailableException e) {
            if (!S3Calls.isRefusal(e, "BucketAlreadyOwnedByYou") && !S3Calls.isRefusal(e, "BucketAlreadyExists")) {
                throw e;
            }
        }
    }
}
