// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A tunnel's private key. Its 32 bytes lie off the heap, in memory that core dumps leave out, and {@code close} zeroes
 * them; a tunnel keeps a copy of its own. Any thread, but none may use it while another closes it.
 */
public final class PrivateKey extends TunnelSecret {
    private PrivateKey(Secret secret) {
        super(secret);
    }

    /**
     * A new key from the system's random source.
     *
     * @return the key
     */
    public static PrivateKey generate() {
        Requirements.check();
        return new PrivateKey(Secret.privateKey(new SystemRandom()));
    }

    /**
     * Reads a key in Base64, 44 characters. A {@code String} stays on the heap until it is collected, and maybe longer;
     * a {@code CharBuffer} can be overwritten, and {@link #read} leaves nothing.
     *
     * @param text the key
     * @return the key
     * @throws IllegalArgumentException if it is not such a text
     */
    public static PrivateKey fromBase64(CharSequence text) {
        return new PrivateKey(decode(text));
    }

    /**
     * Reads a file that holds one key in Base64, as {@code wg genkey} writes it.
     *
     * @param file the file
     * @return the key
     * @throws IOException if it cannot be read or holds anything else
     */
    public static PrivateKey read(Path file) throws IOException {
        return new PrivateKey(decode(file));
    }

    /**
     * The public key that belongs to it, to be given to peers.
     *
     * @return the public key
     */
    public PublicKey publicKey() {
        StaticIdentity identity = new StaticIdentity(secret());
        try {
            return new PublicKey(identity.publicKey());
        } finally {
            identity.release();
        }
    }
}
