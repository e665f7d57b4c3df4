package dev.codeinterpreter.adapter.local;

import java.time.Instant;

/**
 * The record of a snapshot.
 *
 * @param fileName where its bytes are in the directory of snapshots
 * @param size of the bytes
 * @param checksum CRC-32C of the bytes
 */
record SnapshotRecord(
        long version, String format, Instant createdAt, Instant expiresAt, String fileName, int size, int checksum) {

    boolean isAliveAt(Instant now) {
        return now.isBefore(expiresAt);
    }
}
