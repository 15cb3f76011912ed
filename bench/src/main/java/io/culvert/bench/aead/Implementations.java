// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The compared implementations by name. {@code vector-512}, {@code vector-256}, {@code openssl} and {@code jce} are
 * Culvert's, {@code serving} is the one that Culvert selects. The references are {@code jce-direct}, the JDK's Cipher
 * on arrays, and {@code evp}, OpenSSL's EVP per packet, as an application calls them.
 */
final class Implementations {
    private static final String SERVING = "serving";
    private static final long WARM_UP_SECONDS = 60;
    /** After this time Culvert has selected an implementation, which need not be a vector kernel. */
    private static final long CHOICE_SECONDS = 20;

    private Implementations() {}

    /** Creates an instance, and waits until it runs at full speed. */
    static Aead create(String name) {
        return switch (name) {
            case "jce-direct" -> new DirectJce();
            case "evp" -> new Evp();
            case SERVING -> {
                Aeads aeads = new Aeads(AeadChoice.AUTO);
                Aead aead = aeads.create();
                awaitChoice(aeads);
                yield aead;
            }
            default -> {
                Aeads aeads = new Aeads(AeadChoice.parse(name));
                Aead aead = aeads.create();
                awaitWarmUp(aeads, name);
                yield aead;
            }
        };
    }

    private static void awaitWarmUp(Aeads aeads, String name) {
        if (!await(() -> aeads.implementation().equals(name), WARM_UP_SECONDS)) {
            throw new IllegalStateException(
                    "expected " + name + " to serve within " + WARM_UP_SECONDS + " s, got " + aeads.implementation());
        }
    }

    private static void awaitChoice(Aeads aeads) {
        await(() -> aeads.implementation().startsWith("vector"), CHOICE_SECONDS);
    }

    private static boolean await(BooleanSupplier condition, long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted during the warm-up of the cipher", e);
            }
        }
        return true;
    }
}
