package io.culvert.crypto;

/** Where {@link Aead} instances come from. */
public final class Aeads {
    private Aeads() {}

    /** A new instance for one thread; close it on that thread. */
    public static Aead create() {
        return new JceAead();
    }
}
