package dev.codeinterpreter.server;

import dev.codeinterpreter.core.access.AccessService;
import dev.codeinterpreter.core.access.ApiKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Who may come in.
 *
 * @param open whether everybody may
 * @param keys that open the service otherwise; never empty then
 * @param generatedKey the key as text, when nobody configured one and the operator has to be told; absent otherwise
 */
record AccessSettings(boolean open, List<ApiKey> keys, Optional<String> generatedKey) {
    private static final int GENERATED_BYTES = 16;

    AccessSettings {
        keys = List.copyOf(keys);
    }

    /**
     * The settings for these keys.
     *
     * @param primary when absent, and {@code further} is empty, one is made
     */
    static AccessSettings of(boolean enabled, Optional<String> primary, List<String> further) {
        if (!enabled) {
            return new AccessSettings(true, List.of(), Optional.empty());
        }
        List<String> secrets = new ArrayList<>(further);
        primary.ifPresent(secrets::add);
        Optional<String> generated = secrets.isEmpty() ? Optional.of(random()) : Optional.empty();
        generated.ifPresent(secrets::add);
        return new AccessSettings(false, secrets.stream().map(ApiKey::presented).toList(), generated);
    }

    AccessService service() {
        return open ? AccessService.open() : AccessService.requiring(keys);
    }

    private static String random() {
        byte[] bytes = new byte[GENERATED_BYTES];
        new SecureRandom().nextBytes(bytes);
        return "ci-" + HexFormat.of().formatHex(bytes);
    }
}
