package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is compared, by name: {@code vector-512}, {@code vector-256} and {@code jce} are Culvert's implementations, {@code
 * jce-direct} is the JDK's Cipher called on arrays as any program calls it, {@code evp} is OpenSSL's EVP called for each
 * packet as any program calls it.
 */
final class Contenders {
    private static final long WARM_UP_SECONDS = 60;

    private Contenders() {}

    /** An instance that serves at full speed; waits for the warm-up where there is one. */
    static Aead create(String name) {
        return switch (name) {
            case "jce-direct" -> new DirectJce();
            case "evp" -> new Evp();
            default -> {
                Aead aead = Aeads.create();
                awaitWarmUp(name);
                yield aead;
            }
        };
    }

    /** JVM arguments that a fork for this contender needs. */
    static List<String> jvmArguments(String name) {
        return name.startsWith("vector") || name.equals("jce")
                ? List.of("-D" + Aeads.PROPERTY + "=" + name)
                : List.of("-D" + Aeads.PROPERTY + "=jce");
    }

    private static void awaitWarmUp(String name) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        while (!Aeads.implementation().equals(name)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        Aeads.implementation() + " serves instead of " + name + " after " + WARM_UP_SECONDS + " s");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while " + name + " warms up", e);
            }
        }
    }
}
