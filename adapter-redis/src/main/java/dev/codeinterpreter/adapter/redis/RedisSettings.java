package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where Redis is and how it is used.
 *
 * @param user name in the access control list; without one the password is that of the default user
 * @param password empty when Redis asks for none
 * @param database 0 or more
 * @param tls whether to speak TLS; the host name is checked against the certificate
 * @param trustedCertificates a PEM file of the authorities to trust instead of those of the Java runtime
 * @param keyPrefix what every key begins with, so that others can use the same database; 1 to 64 characters of
 *     {@code [A-Za-z0-9_.:-]}
 * @param maximumConnections how many at the same time, at least 1; further calls wait for {@code connectTimeout}
 * @param connectTimeout for making a connection, and for waiting until one is free; 10 ms to 5 minutes
 * @param socketTimeout for one answer; 10 ms to 5 minutes. Large values have longer, by their size
 * @param maximumStateBytes size of the largest interpreter state, 1 byte to 500 MiB
 */
public record RedisSettings(
        String host,
        int port,
        Optional<String> user,
        Optional<String> password,
        int database,
        boolean tls,
        Optional<Path> trustedCertificates,
        String keyPrefix,
        int maximumConnections,
        Duration connectTimeout,
        Duration socketTimeout,
        int maximumStateBytes) {

    public static final int DEFAULT_PORT = 6379;
    public static final String DEFAULT_KEY_PREFIX = "code-interpreter:";
    public static final int DEFAULT_MAXIMUM_CONNECTIONS = 20;
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(1);
    public static final Duration DEFAULT_SOCKET_TIMEOUT = Duration.ofSeconds(2);
    public static final int DEFAULT_MAXIMUM_STATE_BYTES = 100 << 20;

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int LARGEST_STATE = 500 << 20;

    /** @throws InvalidRequestException with the name of the component that breaks a rule above */
    public RedisSettings {
        require(!host.isBlank(), "host", "must not be blank", "'" + host + "'");
        require(port >= 1 && port <= 65_535, "port", "must be from 1 to 65535", port);
        require(user.isEmpty() || password.isPresent(), "user", "needs a password", "without one");
        require(database >= 0, "database", "must not be negative", database);
        require(
                PREFIX.matcher(keyPrefix).matches(),
                "keyPrefix",
                "must be 1 to 64 characters of [A-Za-z0-9_.:-]",
                "'" + keyPrefix + "'");
        require(maximumConnections >= 1, "maximumConnections", "must be at least 1", maximumConnections);
        requireTimeout("connectTimeout", connectTimeout);
        requireTimeout("socketTimeout", socketTimeout);
        require(
                maximumStateBytes >= 1 && maximumStateBytes <= LARGEST_STATE,
                "maximumStateBytes",
                "must be from 1 to " + LARGEST_STATE,
                maximumStateBytes);
    }

    /** Redis without TLS and password, everything else as by default. */
    public static RedisSettings of(String host, int port) {
        return new RedisSettings(
                host,
                port,
                Optional.empty(),
                Optional.empty(),
                0,
                false,
                Optional.empty(),
                DEFAULT_KEY_PREFIX,
                DEFAULT_MAXIMUM_CONNECTIONS,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_SOCKET_TIMEOUT,
                DEFAULT_MAXIMUM_STATE_BYTES);
    }

    /**
     * Redis at a URL, everything else as by default: {@code redis://user:password@host:port/database}, with {@code rediss} for
     * TLS. All but scheme and host may be left out; {@code redis://password@host} and {@code redis://:password@host} name the
     * default user. Special characters in user and password are percent-encoded; those that a URL leaves no doubt about may
     * stand as they are.
     *
     * @throws InvalidRequestException field {@code url}, when it is none of that; the message does not show the password
     */
    public static RedisSettings fromUrl(String url) {
        return RedisUrl.parse(url);
    }

    /** The same with these credentials. */
    public RedisSettings withCredentials(Optional<String> newUser, Optional<String> newPassword) {
        return new RedisSettings(
                host,
                port,
                newUser,
                newPassword,
                database,
                tls,
                trustedCertificates,
                keyPrefix,
                maximumConnections,
                connectTimeout,
                socketTimeout,
                maximumStateBytes);
    }

    /** The same with another database. */
    public RedisSettings withDatabase(int newDatabase) {
        return new RedisSettings(
                host,
                port,
                user,
                password,
                newDatabase,
                tls,
                trustedCertificates,
                keyPrefix,
                maximumConnections,
                connectTimeout,
                socketTimeout,
                maximumStateBytes);
    }

    /** The same with TLS. */
    public RedisSettings withTls(Optional<Path> newTrustedCertificates) {
        return new RedisSettings(
                host,
                port,
                user,
                password,
                database,
                true,
                newTrustedCertificates,
                keyPrefix,
                maximumConnections,
                connectTimeout,
                socketTimeout,
                maximumStateBytes);
    }

    /** The same with another key prefix. */
    public RedisSettings withKeyPrefix(String newKeyPrefix) {
        return new RedisSettings(
                host,
                port,
                user,
                password,
                database,
                tls,
                trustedCertificates,
                newKeyPrefix,
                maximumConnections,
                connectTimeout,
                socketTimeout,
                maximumStateBytes);
    }

    /** The same with other bounds on connections. */
    public RedisSettings withConnections(int newMaximum, Duration newConnectTimeout, Duration newSocketTimeout) {
        return new RedisSettings(
                host,
                port,
                user,
                password,
                database,
                tls,
                trustedCertificates,
                keyPrefix,
                newMaximum,
                newConnectTimeout,
                newSocketTimeout,
                maximumStateBytes);
    }

    /** The same with another bound on interpreter states. */
    public RedisSettings withMaximumStateBytes(int newMaximumStateBytes) {
        return new RedisSettings(
                host,
                port,
                user,
                password,
                database,
                tls,
                trustedCertificates,
                keyPrefix,
                maximumConnections,
                connectTimeout,
                socketTimeout,
                newMaximumStateBytes);
    }

    /** Where it is, without the password. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://")
                + user.orElse("")
                + (password.isPresent() ? ":***@" : "")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":" + port + "/" + database + " with prefix " + keyPrefix;
    }

    private static void requireTimeout(String field, Duration timeout) {
        require(
                timeout.compareTo(SHORTEST) >= 0 && timeout.compareTo(LONGEST) <= 0,
                field,
                "must be from 10 ms to 5 minutes",
                timeout);
    }

    private static void require(boolean holds, String field, String rule, Object value) {
        if (!holds) {
            throw new InvalidRequestException(field, "out_of_range", field + " " + rule + ", it is " + value);
        }
    }
}
