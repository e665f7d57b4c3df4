package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the object store is and how it is used.
 *
 * @param endpoint {@code host:port} or {@code host}, without a scheme
 * @param secure whether to speak HTTPS
 * @param region as the store calls it; what is sent is signed for it
 * @param bucket made when it is missing; 3 to 63 characters of {@code [a-z0-9.-]} that begin and end with a letter or digit
 * @param credentials when empty, those that AWS programs find: {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}, then
 *     the AWS configuration file, then what the machine or the pod is given
 * @param connectTimeout for making a connection, and for waiting until one may be made; 10 ms to 5 minutes
 * @param timeout for one answer, and for each piece of a transfer; 10 ms to 5 minutes. Large requests have longer, by their size
 * @param maximumRequests how many at the same time, at least 1
 */
public record S3Settings(
        String endpoint,
        boolean secure,
        String region,
        String bucket,
        Optional<Credentials> credentials,
        Duration connectTimeout,
        Duration timeout,
        int maximumRequests) {

    public static final String DEFAULT_REGION = "garage";
    public static final String DEFAULT_BUCKET = "code-interpreter-files";
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(1);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(2500);
    public static final int DEFAULT_MAXIMUM_REQUESTS = 64;

    private static final Pattern ENDPOINT =
            Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:]+])(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** @throws InvalidRequestException with the name of the component that breaks a rule above */
    public S3Settings {
        var parts = ENDPOINT.matcher(endpoint);
        require(parts.matches(), "endpoint", "must look like host:port, without a scheme", "'" + endpoint + "'");
        String digits = parts.group("port");
        int port = digits == null ? 1 : Integer.parseInt(digits);
        require(port >= 1 && port <= 65_535, "endpoint", "must have a port from 1 to 65535", "'" + endpoint + "'");
        require(REGION.matcher(region).matches(), "region", "must be 1 to 64 of [A-Za-z0-9_-]", "'" + region + "'");
        require(
                BUCKET.matcher(bucket).matches() && !bucket.contains(".."),
                "bucket",
                "must be 3 to 63 characters of [a-z0-9.-] that begin and end with a letter or digit",
                "'" + bucket + "'");
        requireTimeout("connectTimeout", connectTimeout);
        requireTimeout("timeout", timeout);
        require(maximumRequests >= 1, "maximumRequests", "must be at least 1", maximumRequests);
    }

    /** A store with everything else as by default, and the credentials that AWS programs find. */
    public static S3Settings of(String endpoint, boolean secure) {
        return new S3Settings(
                endpoint,
                secure,
                DEFAULT_REGION,
                DEFAULT_BUCKET,
                Optional.empty(),
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_TIMEOUT,
                DEFAULT_MAXIMUM_REQUESTS);
    }

    /** The same with these credentials. */
    public S3Settings withCredentials(String accessKey, String secretKey) {
        return new S3Settings(
                endpoint,
                secure,
                region,
                bucket,
                Optional.of(new Credentials(accessKey, secretKey)),
                connectTimeout,
                timeout,
                maximumRequests);
    }

    /** The same with another region and bucket. */
    public S3Settings withBucket(String newRegion, String newBucket) {
        return new S3Settings(
                endpoint, secure, newRegion, newBucket, credentials, connectTimeout, timeout, maximumRequests);
    }

    /** The same with other bounds on requests. */
    public S3Settings withRequests(int newMaximum, Duration newConnectTimeout, Duration newTimeout) {
        return new S3Settings(endpoint, secure, region, bucket, credentials, newConnectTimeout, newTimeout, newMaximum);
    }

    /** As a URL, with the scheme that is meant. */
    String url() {
        return (secure ? "https://" : "http://") + endpoint;
    }

    /**
     * What proves who we are.
     *
     * @param accessKey the name
     * @param secretKey never shown
     */
    public record Credentials(String accessKey, String secretKey) {

        /** @throws InvalidRequestException when one of the two is blank */
        public Credentials {
            require(!accessKey.isBlank(), "accessKey", "must not be blank", "blank");
            require(!secretKey.isBlank(), "secretKey", "must not be blank", "blank");
        }

        @Override
        public String toString() {
            return accessKey + ":***";
        }
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
