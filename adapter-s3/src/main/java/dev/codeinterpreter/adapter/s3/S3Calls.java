package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.failure.UnavailableException;
import io.minio.MinioAsyncClient;
import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.AwsEnvironmentProvider;
import io.minio.credentials.ChainedProvider;
import io.minio.credentials.IamAwsProvider;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.security.ProviderException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * Sends requests to the object store, waits for each as long as it may take and no longer, and translates what goes wrong. A
 * request is sent again when the connection turns out to have been closed before, and otherwise never.
 *
 * <p>An interrupt does not cut a request short, which is bounded anyway, and remains set.
 */
final class S3Calls implements AutoCloseable {

    static final String DEPENDENCY = "s3";

    private static final long BYTES_PER_SECOND = 4 << 20;

    private final S3Settings settings;
    private final OkHttpClient http;
    private final MinioAsyncClient client;
    private final Semaphore permits;
    private volatile Runnable whenBucketIsMissing = () -> {};
    private volatile boolean closed;

    S3Calls(S3Settings settings) {
        this.settings = settings;
        permits = new Semaphore(settings.maximumRequests(), true);
        http = httpClient(settings);
        client = MinioAsyncClient.builder()
                .endpoint(settings.url())
                .region(settings.region())
                .credentialsProvider(credentials(settings, http))
                .httpClient(http, true)
                .build();
    }

    /** Whether what is sent is encrypted on its way. */
    boolean isSecure() {
        return settings.secure();
    }

    /** What to do when a request finds that there is no bucket. */
    void whenBucketIsMissing(Runnable action) {
        whenBucketIsMissing = action;
    }

    /** A request, sent when it is asked for. */
    interface Request<T> {
        CompletableFuture<T> send(MinioAsyncClient client) throws MinioException;
    }

    /**
     * The answer to a request.
     *
     * @throws UnavailableException when there was none in time, or it was a refusal
     */
    <T> T call(Request<T> request) {
        return call(0, request, _ -> {});
    }

    /**
     * The answer to a request that sends so many bytes.
     *
     * @param late takes the answer when it comes after the time is over
     */
    <T> T call(long bytes, Request<T> request, Consumer<T> late) {
        return find(bytes, request, late)
                .orElseThrow(() -> new UnavailableException(DEPENDENCY, "S3 does not find what must be there"));
    }

    /** The answer to a request, empty when the object does not exist. */
    <T> Optional<T> find(long bytes, Request<T> request, Consumer<T> late) {
        CompletableFuture<T> answer = sent(request);
        try {
            return Optional.of(await(answer, settings.timeout().plus(allowance(bytes))));
        } catch (TimeoutException e) {
            var _ = answer.thenAccept(late);
            throw unavailable("S3 did not answer in time", e);
        } catch (ExecutionException e) {
            Throwable cause = rootOf(e);
            if (cause instanceof ErrorResponseException refusal
                    && codeOf(refusal).equals("NoSuchKey")) {
                return Optional.empty();
            }
            if (cause instanceof ErrorResponseException refusal
                    && codeOf(refusal).equals("NoSuchBucket")) {
                whenBucketIsMissing.run();
            }
            throw translated(cause);
        }
    }

    /** Closes all connections. Calls fail from then on; further calls of this do nothing. */
    @Override
    public void close() {
        closed = true;
        client.close();
    }

    private <T> CompletableFuture<T> sent(Request<T> request) {
        acquire();
        CompletableFuture<T> answer = null;
        try {
            if (closed) {
                throw new UnavailableException(DEPENDENCY, "The S3 storage is closed");
            }
            answer = request.send(client);
            return answer;
        } catch (MinioException e) {
            throw translated(rootOf(e));
        } catch (ProviderException e) {
            throw unavailable("No credentials for S3 were found: " + e.getMessage(), e);
        } finally {
            if (answer == null) {
                permits.release();
            } else {
                var _ = answer.whenComplete((_, _) -> permits.release());
            }
        }
    }

    /** So that no request waits unseen in the client when its caller has given up long ago. */
    private void acquire() {
        Duration patience = settings.connectTimeout();
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new UnavailableException(
                            DEPENDENCY,
                            "Already " + settings.maximumRequests() + " requests wait for S3 since "
                                    + patience.toMillis() + " ms");
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T await(CompletableFuture<T> answer, Duration time) throws TimeoutException, ExecutionException {
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Time for connecting, and for bytes on their way. */
    private Duration allowance(long bytes) {
        return settings.connectTimeout().plusMillis(TimeUnit.SECONDS.toMillis(bytes) / BYTES_PER_SECOND);
    }

    private static UnavailableException translated(Throwable cause) {
        return switch (cause) {
            case ErrorResponseException refusal -> unavailable(meaningOf(refusal), refusal);
            case InterruptedIOException timeout -> unavailable("S3 did not answer in time", timeout);
            case IOException broken -> unavailable("S3 cannot be reached", broken);
            case ProviderException missing ->
                unavailable("No credentials for S3 were found: " + missing.getMessage(), missing);
            default -> unavailable("S3 gave no sensible answer: " + cause.getMessage(), cause);
        };
    }

    private static String meaningOf(ErrorResponseException refusal) {
        String code = codeOf(refusal);
        return switch (code) {
            case "NoSuchBucket" -> "The bucket is gone; it is made again with the next call";
            case "SlowDown", "ServiceUnavailable", "InternalError" -> "S3 is overloaded or broken (" + code + ")";
            case "QuotaExceeded", "InsufficientStorage", "StorageFull", "XMinioStorageFull" ->
                "S3 has no space left (" + code + ")";
            case "AuthorizationHeaderMalformed", "XAdminUserNotFound" -> refused(code);
            default -> isForbidden(refusal) ? refused(code) : "S3 refused a request: " + code;
        };
    }

    private static String refused(String code) {
        return "S3 refuses the credentials, or does not let them do that (" + code + ")";
    }

    private static boolean isForbidden(ErrorResponseException refusal) {
        int status = refusal.response().code();
        return status == HttpURLConnection.HTTP_UNAUTHORIZED || status == HttpURLConnection.HTTP_FORBIDDEN;
    }

    /** Whether the store refused with this code. */
    static boolean isRefusal(UnavailableException failure, String code) {
        return failure.getCause() instanceof ErrorResponseException refusal
                && codeOf(refusal).equals(code);
    }

    private static String codeOf(ErrorResponseException refusal) {
        return String.valueOf(refusal.errorResponse().code());
    }

    /** The client wraps what happened, several times. */
    private static Throwable rootOf(Throwable failure) {
        Throwable found = failure;
        while (found.getCause() != null
                && !(found instanceof ErrorResponseException)
                && !(found instanceof IOException)) {
            found = found.getCause();
        }
        return found;
    }

    private static UnavailableException unavailable(String message, Throwable cause) {
        return new UnavailableException(DEPENDENCY, message, cause);
    }

    private static Provider credentials(S3Settings settings, OkHttpClient http) {
        return settings.credentials()
                .<Provider>map(keys -> new StaticProvider(keys.accessKey(), keys.secretKey(), null))
                .orElseGet(() -> new ChainedProvider(
                        new AwsEnvironmentProvider(),
                        new AwsConfigProvider(null, null),
                        new IamAwsProvider(null, http)));
    }

    private static OkHttpClient httpClient(S3Settings settings) {
        Dispatcher dispatcher = new Dispatcher(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("s3-request-", 0).factory()));
        dispatcher.setMaxRequests(settings.maximumRequests());
        dispatcher.setMaxRequestsPerHost(settings.maximumRequests());
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(settings.connectTimeout())
                .readTimeout(settings.timeout())
                .writeTimeout(settings.timeout())
                .protocols(List.of(Protocol.HTTP_1_1))
                .followRedirects(false)
                .build();
    }
}
