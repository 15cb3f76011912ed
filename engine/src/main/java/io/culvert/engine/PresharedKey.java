// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.noise.Secret;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A secret of 32 bytes that two peers share beside their keys. It lies off the heap, in memory that core dumps leave
 * out, and {@code close} zeroes it; a tunnel keeps a copy of its own. Any thread, but none may use it while another
 * closes it.
 */
public final class PresharedKey extends TunnelSecret {
    private PresharedKey(Secret secret) {
        super(secret);
    }

    /**
     * A new key from the system's random source.
     *
     * @return the key
     */
    public static PresharedKey generate() {
        Requirements.check();
        Secret secret = new Secret();
        new SystemRandom().fill(secret.address(), Secret.BYTES);
        return new PresharedKey(secret);
    }

    /**
     * Reads a key in Base64, 44 characters. A {@code String} stays on the heap until it is collected, and maybe longer;
     * a {@code CharBuffer} can be overwritten, and {@link #read} leaves nothing.
     *
     * @param text the key
     * @return the key
     * @throws IllegalArgumentException if it is not such a text
     */
    public static PresharedKey fromBase64(CharSequence text) {
        return new PresharedKey(decode(text));
    }

    /**
     * Reads a file that holds one key in Base64, as {@code wg genpsk} writes it.
     *
     * @param file the file
     * @return the key
     * @throws IOException if it cannot be read or holds anything else
     */
    public static PresharedKey read(Path file) throws IOException {
        return new PresharedKey(decode(file));
    }
}
