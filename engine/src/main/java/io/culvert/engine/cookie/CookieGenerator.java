// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.crypto.XChaCha20Poly1305;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Blake2s;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.Memory;

/**
 * Adds the MACs to handshake messages for one peer, and consumes the peer's cookie replies (the kernel's struct
 * cookie).
 *
 * <p>Any thread; under its own lock. The cookies are on the heap: a cookie reply is encrypted under a key that can be
 * derived from the peer's public key, so its cookie is no secret.
 */
public final class CookieGenerator {
    private static final long COOKIE_LIFE = Limits.COOKIE_SECRET_MAX_AGE - Limits.COOKIE_SECRET_LATENCY;

    private final PublicKey receiver;

    // Guarded by this. Both arrays are null until needed, so that an idle peer uses little memory.
    private byte[] cookie;
    private byte[] lastMac1Sent;
    private long cookieBirth;

    /** A generator without a cookie; {@code receiver} is the peer's public key. */
    public CookieGenerator(PublicKey receiver) {
        this.receiver = receiver;
    }

    /**
     * Writes both MACs of an initiation or response. mac2 is zero if there is no cookie younger than 115 s.
     *
     * @param message address of the message
     * @param length of the message in bytes
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     */
    public synchronized void addMacs(long message, int length, long now) {
        byte[] bytes = new byte[length];
        Memory.copy(message, bytes, 0, length);
        byte[] mac1 = Blake2s.mac(Macs.mac1Key(receiver), bytes, Message.mac1(length));
        Memory.copy(mac1, 0, message + Message.mac1(length), mac1.length);
        lastMac1Sent = mac1;
        if (cookie != null && now - cookieBirth >= COOKIE_LIFE) {
            cookie = null;
        }
        if (cookie == null) {
            Memory.zero(message + Message.mac2(length), Message.MAC_BYTES);
        } else {
            System.arraycopy(mac1, 0, bytes, Message.mac1(length), mac1.length);
            byte[] mac2 = Blake2s.mac(cookie, bytes, Message.mac2(length));
            Memory.copy(mac2, 0, message + Message.mac2(length), mac2.length);
        }
    }

    /**
     * Consumes a cookie reply, whose receiver index belongs to this peer. Each sent mac1 accepts one reply.
     *
     * @param message {@value CookieReply#BYTES} bytes
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     * @return whether the reply was authentic and expected
     */
    public synchronized boolean consumeReply(long message, long now) {
        if (lastMac1Sent == null) {
            return false;
        }
        byte[] opened = new byte[Macs.COOKIE_BYTES];
        long scratch = Memory.allocate(Message.MAC_BYTES + opened.length, Long.BYTES);
        try {
            Memory.copy(lastMac1Sent, 0, scratch, Message.MAC_BYTES);
            long target = scratch + Message.MAC_BYTES;
            long sealed = message + CookieReply.ENCRYPTED_COOKIE;
            if (!new XChaCha20Poly1305()
                    .open(
                            Macs.cookieKey(receiver),
                            message + CookieReply.NONCE,
                            scratch,
                            Message.MAC_BYTES,
                            sealed,
                            opened.length,
                            target)) {
                return false;
            }
            Memory.copy(target, opened, 0, opened.length);
        } finally {
            Memory.free(scratch);
        }
        cookie = opened;
        cookieBirth = now;
        lastMac1Sent = null;
        return true;
    }
}
