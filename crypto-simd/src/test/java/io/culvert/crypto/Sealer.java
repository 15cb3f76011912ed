package io.culvert.crypto;

import java.util.Arrays;

/** A program that seals and opens until it is killed; {@link CompilerTrapTest} starts it. */
final class Sealer {
    /** The word for what {@link Aeads} gives; else an implementation is named. */
    static final String SERVING = "serving";

    private Sealer() {}

    public static void main(String[] arguments) {
        int[] lengths = new int[40];
        Arrays.fill(lengths, 300);
        try (Aead aead = arguments[0].equals(SERVING) ? Aeads.create() : Implementations.create(arguments[0]);
                SelfTest test = new SelfTest(lengths)) {
            while (test.holds(aead)) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError(arguments[0] + " seals wrongly");
    }
}
