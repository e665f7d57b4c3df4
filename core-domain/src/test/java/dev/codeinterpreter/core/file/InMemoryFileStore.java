package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.session.SessionId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Bytes in the memory of this process, for tests. Safe for use by many threads; unlike a real one it holds whole files. */
public final class InMemoryFileStore implements FileStorePort {

    private final Map<BlobKey, byte[]> blobs = new ConcurrentHashMap<>();

    @Override
    public StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        int read;
        while ((read = content.read(buffer)) >= 0) {
            if (taken.size() + (long) read > maximumBytes) {
                throw new TooLargeException("file", maximumBytes, "bytes");
            }
            taken.write(buffer, 0, read);
        }
        byte[] bytes = taken.toByteArray();
        blobs.put(key, bytes);
        return new StoredBytes(bytes.length, HexFormat.of().formatHex(sha256().digest(bytes)));
    }

    @Override
    public Optional<InputStream> read(BlobKey key) {
        return Optional.ofNullable(blobs.get(key)).map(ByteArrayInputStream::new);
    }

    @Override
    public void delete(BlobKey key) {
        blobs.remove(key);
    }

    @Override
    public void deleteSession(SessionId session) {
        blobs.keySet().removeIf(key -> key.session().equals(session));
    }

    @Override
    public List<SessionId> sessions(Optional<SessionId> after, int limit) {
        return blobs.keySet().stream()
                .map(BlobKey::session)
                .distinct()
                .filter(session ->
                        after.isEmpty() || session.value().compareTo(after.get().value()) > 0)
                .sorted(Comparator.comparing(SessionId::value))
                .limit(limit)
                .toList();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
