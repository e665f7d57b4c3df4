package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileStorePort;

/**
 * Bytes in a bucket of an S3 object store, shared by all processes that use the same bucket. Calls end within the time-outs of
 * {@link S3Settings}: with {@link UnavailableException} when the store does not do its part. They work again as soon as it does.
 * Safe for use by many threads.
 */
public final class S3Storage implements AutoCloseable {

    private final S3Calls calls;
    private final S3Bucket bucket;
    private final S3FileStore files;

    private S3Storage(S3Settings settings) {
        calls = new S3Calls(settings);
        bucket = new S3Bucket(calls, settings.bucket());
        calls.whenBucketIsMissing(bucket::forget);
        files = new S3FileStore(calls, bucket);
    }

    /** Storage in the bucket of these settings. Connects when it is first used: {@link #check()} tells whether it can. */
    public static S3Storage open(S3Settings settings) {
        return new S3Storage(settings);
    }

    /** Bytes. */
    public FileStorePort files() {
        return files;
    }

    /**
     * Asks the store for the bucket, and makes it when it is missing.
     *
     * @throws UnavailableException when there is no answer in time, or the credentials are refused
     */
    public void check() {
        bucket.check();
    }

    /** Closes all connections. Calls of the port fail from then on. Further calls do nothing. */
    @Override
    public void close() {
        calls.close();
    }
}
