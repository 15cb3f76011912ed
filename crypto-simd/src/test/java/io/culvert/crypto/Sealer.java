// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.Arrays;

/** A program for {@link CompilerTrapTest} that seals and opens until it is killed. */
final class Sealer {
    /** The argument that selects an instance of {@link Aeads}; any other names an implementation. */
    static final String SERVING = "serving";

    private Sealer() {}

    public static void main(String[] arguments) {
        int[] lengths = new int[40];
        Arrays.fill(lengths, 300);
        try (Aead aead = arguments[0].equals(SERVING)
                        ? new Aeads(AeadChoice.AUTO).create()
                        : Implementations.create(arguments[0]);
                SelfTest test = new SelfTest(lengths)) {
            while (test.passes(aead)) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError(arguments[0] + " fails its self-test");
    }
}
