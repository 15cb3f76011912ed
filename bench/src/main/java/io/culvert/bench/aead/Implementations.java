// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The compared implementations by name. {@code vector-512}, {@code vector-256}, {@code openssl} and {@code jce} are
 * Culvert's, {@code serving} is the one that Culvert selects. The references are {@code jce-direct}, the JDK's Cipher
 * on arrays, {@code evp}, OpenSSL's EVP per packet, as an application calls them, and {@code ipsec-mb}, bursts of jobs
 * of intel-ipsec-mb.
 */
final class Implementations {
    /** The implementation that Culvert selects. */
    static final String SERVING = "serving";
    /** The JDK's Cipher on arrays. It ignores the addresses of packets. */
    static final String JCE_DIRECT = "jce-direct";
    /** OpenSSL's EVP. */
    static final String EVP = "evp";
    /** The multi-buffer job API of intel-ipsec-mb. */
    static final String IPSEC_MB = "ipsec-mb";

    private static final long WARM_UP_SECONDS = 60;
    /** After this time Culvert has selected an implementation, which need not be a vector kernel. */
    private static final long CHOICE_SECONDS = 20;

    private Implementations() {}

    /** Creates an instance, and waits until it runs at full speed. */
    static Aead create(String name) {
        return switch (name) {
            case JCE_DIRECT -> new DirectJce();
            case EVP -> new Evp();
            case IPSEC_MB -> new IpsecMb();
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

    /** Why an implementation cannot be measured on this machine; empty if it can. */
    static Optional<String> unavailableReason(String name) {
        return name.equals(IPSEC_MB) ? IpsecMb.unavailableReason() : Optional.empty();
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
