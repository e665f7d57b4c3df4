package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileStorePort.StoredBytes;
import io.minio.AbortMultipartUploadArgs;
import io.minio.Checksum;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.Http;
import io.minio.PutObjectAPIArgs;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One write of an object whose length nobody knows beforehand: read part by part by the caller's own thread, of which one is in
 * memory at a time. What fits in one part is one request; more is put together by the store when the last part is there, so that
 * a write that fails leaves the old object. For one thread, once.
 */
final class S3Upload {

    /** Stores take parts of 5 MiB and more; larger ones are fewer requests. */
    static final int PART_BYTES = 8 << 20;

    private static final int DIRECTORY_ATTEMPTS = 20;
    private static final Checksum.Algorithm CHECKSUM = Checksum.Algorithm.CRC32C;

    private final S3Calls calls;
    private final boolean secure;
    private final String bucket;
    private final String object;
    private final MessageDigest digest = sha256();
    private long size;

    S3Upload(S3Calls calls, boolean secure, String bucket, String object) {
        this.calls = calls;
        this.secure = secure;
        this.bucket = bucket;
        this.object = object;
    }

    StoredBytes send(InputStream content, long maximumBytes) throws IOException {
        byte[] first = nextPart(content, maximumBytes);
        if (first.length < PART_BYTES) {
            put(first);
        } else {
            putInParts(first, content, maximumBytes);
        }
        return new StoredBytes(size, HexFormat.of().formatHex(digest.digest()));
    }

    private byte[] nextPart(InputStream content, long maximumBytes) throws IOException {
        long left = maximumBytes - size;
        byte[] part = content.readNBytes(left < PART_BYTES ? Math.toIntExact(left) + 1 : PART_BYTES);
        if (part.length > left) {
            throw new TooLargeException("file", maximumBytes, "bytes");
        }
        size += part.length;
        digest.update(part);
        return part;
    }

    private void put(byte[] bytes) {
        PutObjectAPIArgs request = PutObjectAPIArgs.builder()
                .bucket(bucket)
                .object(object)
                .data(bytes, bytes.length)
                .headers(checksumOf(bytes))
                .build();
        againIfDirectoryVanished(() -> calls.call(bytes.length, client -> client.putObject(request), _ -> {}));
    }

    private void putInParts(byte[] first, InputStream content, long maximumBytes) throws IOException {
        CreateMultipartUploadArgs create = CreateMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(object)
                .headers(new Http.Headers("x-amz-checksum-algorithm", CHECKSUM.toString()))
                .build();
        String upload = calls.call(client -> client.createMultipartUpload(create))
                .result()
                .uploadId();
        try {
            List<Part> parts = new ArrayList<>();
            byte[] part = first;
            while (part.length > 0) {
                parts.add(sendPart(upload, parts.size() + 1, part));
                part = part.length < PART_BYTES ? new byte[0] : nextPart(content, maximumBytes);
            }
            complete(upload, parts);
        } catch (IOException | RuntimeException e) {
            abort(upload, e);
            throw e;
        }
    }

    private Part sendPart(String upload, int number, byte[] bytes) {
        UploadPartArgs request = UploadPartArgs.builder()
                .bucket(bucket)
                .object(object)
                .uploadId(upload)
                .partNumber(number)
                .data(bytes, bytes.length)
                .headers(checksumOf(bytes))
                .build();
        return calls.call(bytes.length, client -> client.uploadPart(request), _ -> {})
                .part();
    }

    private void complete(String upload, List<Part> parts) {
        CompleteMultipartUploadArgs request = CompleteMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(object)
                .uploadId(upload)
                .parts(parts.toArray(Part[]::new))
                .maxRetries(0)
                .build();
        againIfDirectoryVanished(() -> calls.call(size, client -> client.completeMultipartUpload(request), _ -> {}));
    }

    /**
     * A store over a file system, {@code versitygw}, refuses an object when the last other one of its directory is deleted at the
     * same moment, and takes it the next time. Nothing was stored then, and no directory of ours is ever an object.
     */
    private static void againIfDirectoryVanished(Runnable request) {
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return;
            } catch (UnavailableException e) {
                if (attempt == DIRECTORY_ATTEMPTS || !S3Calls.isRefusal(e, "ExistingObjectIsDirectory")) {
                    throw e;
                }
            }
        }
    }

    /** Lets the store forget the parts. What it keeps when it cannot be told costs space, until a rule of the bucket removes it. */
    private void abort(String upload, Exception failure) {
        try {
            AbortMultipartUploadArgs request = AbortMultipartUploadArgs.builder()
                    .bucket(bucket)
                    .object(object)
                    .uploadId(upload)
                    .build();
            var _ = calls.call(client -> client.abortMultipartUpload(request));
        } catch (UnavailableException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * So that the store refuses what was changed on its way; without HTTPS the signature covers the bytes, too. The sums are made
     * by the JDK, since the client's own ones take longer than the transfer.
     */
    private Http.Headers checksumOf(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        byte[] encoded =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
        return new Http.Headers(
                Http.Headers.X_AMZ_CONTENT_SHA256,
                secure ? Checksum.UNSIGNED_PAYLOAD : HexFormat.of().formatHex(sha256().digest(bytes)),
                Http.Headers.X_AMZ_SDK_CHECKSUM_ALGORITHM,
                CHECKSUM.toString(),
                CHECKSUM.header(),
                Base64.getEncoder().encodeToString(encoded));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
