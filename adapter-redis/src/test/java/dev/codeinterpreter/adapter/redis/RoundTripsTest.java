package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.Fixtures.file;
import static dev.codeinterpreter.adapter.redis.Fixtures.session;
import static dev.codeinterpreter.adapter.redis.Fixtures.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.backend.TcpProxy;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How often each call goes to Redis and back, counted between the two. */
final class RoundTripsTest {

    @RegisterExtension
    static final RedisServer REDIS = RedisServer.with();

    private final Session session = session();
    private TcpProxy proxy;
    private RedisStorage storage;

    @BeforeEach
    void open() {
        proxy = TcpProxy.to(REDIS.port());
        storage = RedisStorage.open(RedisServer.settingsFor(proxy.port()));
        storage.check();
        storage.sessions().save(session);
    }

    @AfterEach
    void close() {
        storage.close();
        proxy.close();
    }

    @Test
    void sessions_eachCall_isOneRoundTrip() {
        List<StoredFile> files = IntStream.range(0, 300)
                .mapToObj(i -> file(session.id(), "f" + i))
                .toList();

        assertThat(tripsOf(() -> storage.sessions().save(session))).isOne();
        assertThat(tripsOf(() -> storage.sessions().find(session.id()))).isOne();
        assertThat(tripsOf(() -> storage.sessions().addFiles(files))).isOne();
        assertThat(tripsOf(() -> storage.sessions().addFiles(List.of()))).isZero();
        assertThat(tripsOf(() -> storage.sessions().files(session.id()))).isOne();
        assertThat(tripsOf(() ->
                        storage.sessions().file(session.id(), files.getFirst().id())))
                .isOne();
        assertThat(tripsOf(() -> storage.sessions()
                        .removeFile(session.id(), files.getFirst().id())))
                .isOne();
        assertThat(tripsOf(() -> storage.sessions().expired(Instant.MAX, 100))).isOne();
        assertThat(tripsOf(() -> storage.sessions().delete(session.id()))).isOne();
    }

    @Test
    void states_eachCall_isOneRoundTrip() {
        Duration hour = Duration.ofHours(1);

        assertThat(tripsOf(() -> storage.states().save(session.id(), snapshot(2, 2000), hour)))
                .isOne();
        assertThat(tripsOf(() -> storage.states().save(session.id(), snapshot(1, 2000), hour)))
                .isOne();
        assertThat(tripsOf(() -> storage.states().load(session.id()))).isOne();
        assertThat(tripsOf(() -> storage.states().delete(session.id()))).isOne();
    }

    @Test
    void calls_oneAfterTheOther_shareAConnection() {
        for (int i = 0; i < 50; i++) {
            storage.sessions().find(session.id());
        }

        assertThat(proxy.connections()).isOne();
    }

    private int tripsOf(Runnable call) {
        int before = proxy.roundTrips();
        call.run();
        return proxy.roundTrips() - before;
    }
}
