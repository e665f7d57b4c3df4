package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.id.Identifiers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** Certificates of authorities in a PEM file. */
final class TrustedCertificates {

    private static final String STORE_TYPE = "PKCS12";

    private TrustedCertificates() {}

    /**
     * How TLS is spoken when these authorities are trusted, and no others.
     *
     * @throws InvalidRequestException field {@code trustedCertificates}, when the file cannot be read or holds no certificate
     */
    static SslOptions options(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw invalid(file, "it holds no certificate");
            }
            char[] password = Identifiers.random().toCharArray();
            byte[] store = storeOf(certificates, password);
            return SslOptions.builder()
                    .sslVerifyMode(SslVerifyMode.FULL)
                    .trustStoreType(STORE_TYPE)
                    .truststore(() -> new ByteArrayInputStream(store), password)
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw invalid(file, String.valueOf(e.getMessage()));
        }
    }

    /** The driver takes a key store only. */
    private static byte[] storeOf(Collection<? extends Certificate> certificates, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(STORE_TYPE);
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("authority-" + number, certificate);
            number++;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.store(bytes, password);
        return bytes.toByteArray();
    }

    private static InvalidRequestException invalid(Path file, String problem) {
        return new InvalidRequestException(
                "trustedCertificates",
                "invalid_certificates",
                "trustedCertificates " + file + " cannot be used: " + problem);
    }
}
