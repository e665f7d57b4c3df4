package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.Fixtures.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Redis with TLS, by a certificate that keytool makes for 127.0.0.1. */
final class RedisTlsTest {

    @TempDir
    private static Path directory;

    @RegisterExtension
    static final RedisServer REDIS = RedisServer.with();

    private static int port;

    @BeforeAll
    static void encrypt() throws Exception {
        assertThat(REDIS.command("CONFIG SET bind \"127.0.0.1 127.0.0.2\"")).isEqualTo("+OK");
        makeCertificate("redis");
        makeCertificate("other");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(REDIS.command("CONFIG SET tls-auth-clients no tls-port " + port + " tls-cert-file "
                        + directory.resolve("redis.pem") + " tls-key-file " + directory.resolve("redis.key")
                        + " tls-ca-cert-file " + directory.resolve("redis.pem")))
                .isEqualTo("+OK");
    }

    @Test
    void calls_certificateOfATrustedAuthority_work() {
        try (RedisStorage storage = open("127.0.0.1", Optional.of(directory.resolve("redis.pem")))) {
            Session session = session();
            storage.sessions().save(session);

            assertThat(storage.sessions().find(session.id())).contains(session);
        }
    }

    @Test
    void calls_certificateOfAnotherAuthority_unavailable() {
        for (Optional<Path> trusted : List.of(Optional.<Path>empty(), Optional.of(directory.resolve("other.pem")))) {
            try (RedisStorage storage = open("127.0.0.1", trusted)) {
                assertThatThrownBy(storage::check)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("certificate")
                        .hasStackTraceContaining("unable to find valid certification path");
            }
        }
    }

    @Test
    void calls_certificateForAnotherName_unavailable() {
        try (RedisStorage storage = open("127.0.0.2", Optional.of(directory.resolve("redis.pem")))) {
            assertThatThrownBy(storage::check)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("certificate")
                    .hasStackTraceContaining("No subject alternative names matching IP address 127.0.0.2");
        }
    }

    @Test
    void open_fileWithoutACertificate_refused() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        for (Path file : List.of(empty, directory.resolve("missing.pem"))) {
            assertThatThrownBy(() -> open("127.0.0.1", Optional.of(file)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    private static RedisStorage open(String host, Optional<Path> trusted) {
        RedisSettings plain = RedisServer.settingsFor(port);
        return RedisStorage.open(RedisSettings.of(host, port)
                .withConnections(2, plain.connectTimeout(), plain.socketTimeout())
                .withTls(trusted));
    }

    private static void makeCertificate(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        int status = new ProcessBuilder(
                        Path.of(System.getProperty("java.home", ""), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(status).isZero();
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        writePem(name + ".key", "PRIVATE KEY", keys.getKey(name, password).getEncoded());
        writePem(name + ".pem", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private static void writePem(String file, String kind, byte[] bytes) throws IOException {
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + kind
                        + "-----\n");
    }
}
