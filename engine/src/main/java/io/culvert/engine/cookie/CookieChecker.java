// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.crypto.XChaCha20Poly1305;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Blake2s;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Checks the MACs of handshake messages and creates cookies (the kernel's cookie_checker; paper, sections 5.3 and
 * 5.4.7). mac1 proves that the sender knows this device's public key. mac2, which is only required under load, proves
 * that the sender receives at its source address: its key is a cookie, which is a MAC of that address and port under a
 * secret that changes every two minutes.
 *
 * <p>Any thread. {@code keys} is replaced as a whole when the device's key changes; the secret is guarded by this.
 */
public final class CookieChecker implements AutoCloseable {
    /** The verdict on a message, as in the kernel (enum cookie_mac_state). */
    public enum Result {
        /** mac1 is wrong: drop the message silently. */
        INVALID_MAC,
        /** mac1 is right, mac2 is not or was not checked: under load, answer with a cookie. */
        VALID_MAC_BUT_NO_COOKIE,
        /** Both are right, but the source exceeds its rate: drop the message silently. */
        VALID_MAC_WITH_COOKIE_BUT_RATELIMITED,
        /** Both are right. */
        VALID_MAC_WITH_COOKIE
    }

    private record Keys(byte[] mac1, byte[] cookie) {}

    private final RateLimiter rateLimiter;
    private final RandomSource random;
    private volatile Keys keys;

    // Guarded by this.
    private final Secret secret = new Secret();
    private long secretBirth;
    private boolean hasSecret;
    private boolean closed;

    /** A checker that refuses every message until {@link #setPublicKey}. */
    public CookieChecker(RateLimiter rateLimiter, RandomSource random) {
        this.rateLimiter = rateLimiter;
        this.random = random;
    }

    /** Sets the device's public key; with {@code null} every message is refused. */
    public void setPublicKey(PublicKey publicKey) {
        keys = publicKey == null ? null : new Keys(Macs.mac1Key(publicKey), Macs.cookieKey(publicKey));
    }

    /**
     * Checks the MACs of an initiation or response.
     *
     * @param message address of the message
     * @param length of the message in bytes, which is right for its type
     * @param source the sender
     * @param underLoad whether mac2 is checked
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     */
    public Result validate(long message, int length, UdpEndpoint source, boolean underLoad, long now) {
        Keys current = keys;
        if (current == null) {
            return Result.INVALID_MAC;
        }
        byte[] bytes = new byte[length];
        Memory.copy(message, bytes, 0, length);
        if (!isMac(current.mac1, bytes, Message.mac1(length))) {
            return Result.INVALID_MAC;
        }
        if (!underLoad) {
            return Result.VALID_MAC_BUT_NO_COOKIE;
        }
        if (!isMac(makeCookie(source, now), bytes, Message.mac2(length))) {
            return Result.VALID_MAC_BUT_NO_COOKIE;
        }
        return rateLimiter.allow(source, now)
                ? Result.VALID_MAC_WITH_COOKIE
                : Result.VALID_MAC_WITH_COOKIE_BUT_RATELIMITED;
    }

    /** Whether the MAC at {@code offset} authenticates all bytes before it; compared in constant time. */
    private static boolean isMac(byte[] key, byte[] message, int offset) {
        byte[] expected = Blake2s.mac(key, message, offset);
        byte[] found = Arrays.copyOfRange(message, offset, offset + Message.MAC_BYTES);
        return MessageDigest.isEqual(expected, found);
    }

    /**
     * Writes a cookie reply to an initiation or response whose mac1 is valid.
     *
     * @param target {@value CookieReply#BYTES} bytes
     * @param message the message to answer
     * @param length its length in bytes
     * @param source its sender
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     * @return the size of the reply in bytes; 0 if the device has no key any more
     */
    public int createReply(long target, long message, int length, UdpEndpoint source, long now) {
        Keys current = keys;
        if (current == null) {
            return 0;
        }
        byte[] nonce = new byte[CookieReply.NONCE_BYTES];
        random.fill(nonce);
        byte[] mac1 = new byte[Message.MAC_BYTES];
        Memory.copy(message + Message.mac1(length), mac1, 0, mac1.length);
        byte[] cookie = makeCookie(source, now);
        byte[] sealed = new byte[CookieReply.ENCRYPTED_COOKIE_BYTES];
        new XChaCha20Poly1305().seal(current.cookie, nonce, mac1, cookie, 0, cookie.length, sealed, 0);

        CookieReply.writeHeader(target, Message.sender(message));
        Memory.copy(nonce, 0, target + CookieReply.NONCE, nonce.length);
        Memory.copy(sealed, 0, target + CookieReply.ENCRYPTED_COOKIE, sealed.length);
        return CookieReply.BYTES;
    }

    /** The cookie of an address and port under the current secret. */
    private synchronized byte[] makeCookie(UdpEndpoint source, long now) {
        if (closed) {
            // A random cookie that is not sent to anyone makes every mac2 wrong.
            byte[] unused = new byte[Macs.COOKIE_BYTES];
            random.fill(unused);
            return unused;
        }
        if (!hasSecret || now - secretBirth >= Limits.COOKIE_SECRET_MAX_AGE) {
            random.fill(secret.address(), Secret.BYTES);
            secretBirth = now;
            hasSecret = true;
        }
        ByteBuffer from = ByteBuffer.allocate(18);
        if (source.isIpv6()) {
            from.putLong(source.high()).putLong(source.low());
        } else {
            from.putInt((int) source.low());
        }
        from.putShort((short) source.port());
        byte[] key = secret.toBytes();
        try {
            return Blake2s.mac(key, from.array(), from.position());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Zeroes the secret, which invalidates its cookies. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        keys = null;
        secret.close();
    }
}
