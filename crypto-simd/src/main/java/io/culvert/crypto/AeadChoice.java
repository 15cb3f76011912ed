// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Which implementation an {@link Aeads} may use. */
public enum AeadChoice {
    /** The widest vector kernels that this CPU and JVM run faster than the first implementation, else that one. */
    AUTO("auto"),
    /** The kernels of 512 bits after the warm-up, however fast they are. */
    VECTOR_512("vector-512"),
    /** The kernels of 256 bits after the warm-up, however fast they are. */
    VECTOR_256("vector-256"),
    /** OpenSSL only. */
    OPENSSL("openssl"),
    /** JCE only. */
    JCE("jce");

    private final String text;

    AeadChoice(String text) {
        this.text = text;
    }

    /**
     * The choice with this name.
     *
     * @param text {@code auto}, {@code vector-512}, {@code vector-256}, {@code openssl} or {@code jce}
     * @throws IllegalArgumentException when {@code text} is none of these; the message quotes it
     */
    public static AeadChoice parse(String text) {
        for (AeadChoice choice : values()) {
            if (choice.text.equals(text)) {
                return choice;
            }
        }
        String names = Arrays.stream(values()).map(AeadChoice::toString).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown AEAD implementation \"" + text + "\", expected one of " + names);
    }

    /** The name that {@link #parse} takes. */
    @Override
    public String toString() {
        return text;
    }
}
