package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.session.SessionId;
import io.minio.DeleteObjectsArgs;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsV2Args;
import io.minio.RemoveObjectArgs;
import io.minio.messages.DeleteRequest;
import io.minio.messages.ListBucketResultV2;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as objects of one bucket, under the paths of their keys. An object appears when its last byte is there, so that a failed
 * write leaves the old one. A stream that was opened is one answer of the store, which gives what it began with.
 */
final class S3FileStore implements FileStorePort {

    private static final String SESSIONS = "sessions/";
    private static final String STATES = "states/";
    private static final int PAGE = 1000;

    private final S3Calls calls;
    private final S3Bucket bucket;

    S3FileStore(S3Calls calls, S3Bucket bucket) {
        this.calls = calls;
        this.bucket = bucket;
    }

    @Override
    public StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException {
        bucket.require();
        return new S3Upload(calls, calls.isSecure(), bucket.name(), key.path()).send(content, maximumBytes);
    }

    @Override
    public Optional<InputStream> read(BlobKey key) {
        bucket.require();
        GetObjectArgs request =
                GetObjectArgs.builder().bucket(bucket.name()).object(key.path()).build();
        return calls.find(0, client -> client.getObject(request), S3FileStore::closeQuietly)
                .map(answer -> answer);
    }

    @Override
    public void delete(BlobKey key) {
        bucket.require();
        RemoveObjectArgs request = RemoveObjectArgs.builder()
                .bucket(bucket.name())
                .object(key.path())
                .build();
        var _ = calls.find(0, client -> client.removeObject(request).thenApply(_ -> true), _ -> {});
    }

    @Override
    public void deleteSession(SessionId session) {
        delete(BlobKey.ofState(session));
        forEachPage(SESSIONS + session.value() + "/", null, null, page -> {
            delete(page.contents().stream()
                    .map(item -> new DeleteRequest.Object(item.objectName()))
                    .toList());
            return true;
        });
    }

    /**
     * In the order of ids, which differs from the order in which the store lists directories: {@code a-/} comes before
     * {@code a/}. So the listing goes on until nothing that is still to come can belong to the page.
     */
    @Override
    public List<SessionId> sessions(Optional<SessionId> after, int limit) {
        bucket.require();
        FirstIds first = new FirstIds(after, limit);
        String start = after.map(SessionId::value).orElse(null);
        forEachPage(
                SESSIONS,
                "/",
                start,
                page -> page.commonPrefixes().stream()
                        .map(prefix -> prefix.toItem().objectName())
                        .map(name -> name.substring(SESSIONS.length(), name.length() - 1))
                        .allMatch(first::addAndWantMore));
        forEachPage(
                STATES,
                null,
                start,
                page -> page.contents().stream()
                        .map(item -> item.objectName().substring(STATES.length()))
                        .allMatch(first::addAndWantMore));
        return first.sessions();
    }

    private void delete(List<DeleteRequest.Object> objects) {
        if (objects.isEmpty()) {
            return;
        }
        var request = DeleteObjectsArgs.builder()
                .bucket(bucket.name())
                .objects(objects)
                .quiet(true)
                .build();
        var errors =
                calls.call(client -> client.deleteObjects(request)).result().errors();
        if (!errors.isEmpty()) {
            throw new UnavailableException(
                    S3Calls.DEPENDENCY,
                    "S3 did not delete " + errors.size() + " objects: "
                            + errors.getFirst().code());
        }
    }

    /** Lists a prefix page by page, as long as {@code more} says so. */
    private void forEachPage(
            String prefix, @Nullable String delimiter, @Nullable String after, Predicate<ListBucketResultV2> more) {
        String token = null;
        boolean wanted = true;
        while (wanted) {
            ListObjectsV2Args.Builder request = ListObjectsV2Args.builder()
                    .bucket(bucket.name())
                    .prefix(prefix)
                    .maxKeys(PAGE);
            if (delimiter != null) {
                request.delimiter(delimiter);
            }
            if (token != null) {
                request.continuationToken(token);
            } else if (after != null) {
                request.startAfter(prefix + after);
            }
            ListObjectsV2Args page = request.build();
            ListBucketResultV2 found =
                    calls.call(client -> client.listObjectsV2(page)).result();
            token = found.nextContinuationToken();
            wanted = more.test(found) && found.isTruncated() && token != null;
        }
    }

    private static void closeQuietly(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // nobody reads it any more
        }
    }

    /** The first ids after one, in order, out of names that come in the order of directories. */
    private static final class FirstIds {
        private final Optional<SessionId> after;
        private final int limit;
        private final NavigableSet<String> ids = new TreeSet<>();

        FirstIds(Optional<SessionId> after, int limit) {
            this.after = after;
            this.limit = limit;
        }

        /** Takes a name if it belongs to the first, and tells whether later names may. */
        boolean addAndWantMore(String name) {
            if (isSession(name)
                    && (after.isEmpty() || name.compareTo(after.get().value()) > 0)) {
                ids.add(name);
            }
            if (ids.size() > limit) {
                ids.pollLast();
            }
            return ids.size() < limit || (name + "/").compareTo(lastDirectoryBefore(ids.last())) <= 0;
        }

        List<SessionId> sessions() {
            return ids.stream().map(SessionId::new).toList();
        }

        /**
         * What is listed after {@code id} and yet precedes it as an id is a beginning of it, before a character that is less
         * than the slash. The shortest is listed last.
         */
        private static String lastDirectoryBefore(String id) {
            for (int i = 1; i < id.length(); i++) {
                if (id.charAt(i) < '/') {
                    return id.substring(0, i) + "/";
                }
            }
            return id + "/";
        }

        private static boolean isSession(String name) {
            try {
                return !new SessionId(name).value().isEmpty();
            } catch (InvalidRequestException e) {
                return false;
            }
        }
    }
}
