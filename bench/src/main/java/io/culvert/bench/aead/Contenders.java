package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What is compared, by name: {@code vector-512}, {@code vector-256}, {@code openssl} and {@code jce} are Culvert's implementations,
 * {@code serving} is the one that it chooses by itself, {@code jce-direct} is the JDK's Cipher called on arrays as any program calls
 * it, {@code evp} is OpenSSL's EVP called for each packet as any program calls it.
 */
final class Contenders {
    private static final String SERVING = "serving";
    private static final long WARM_UP_SECONDS = 60;
    /** On a CPU that the vector kernels do not suit, what came first still serves then. */
    private static final long CHOICE_SECONDS = 20;

    private Contenders() {}

    /** An instance that serves at full speed; waits for the warm-up where there is one. */
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
                    aeads.implementation() + " serves instead of " + name + " after " + WARM_UP_SECONDS + " s");
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
                throw new IllegalStateException("interrupted while the cipher warms up", e);
            }
        }
        return true;
    }
}
