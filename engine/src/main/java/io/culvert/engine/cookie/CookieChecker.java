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
 * A device's side of the MACs and cookies (the kernel's cookie_checker; paper, sections 5.3 and 5.4.7). mac1 shows that
 * the sender knows this device's public key. mac2, asked for under load only, shows that it receives at the address it
 * sends from: it is made with a cookie, which is a MAC over that address and port under a secret that changes every two
 * minutes.
 *
 * <p>Any thread. {@code keys} is replaced as a whole, by the control side; the secret is guarded by this.
 */
public final class CookieChecker implements AutoCloseable {
    /** What the MACs of a message say. */
    public enum Result {
        /** mac1 is wrong: to be dropped in silence. */
        INVALID_MAC,
        /** mac1 is right. Under load that is not enough: to be answered with a cookie. */
        VALID_MAC_BUT_NO_COOKIE,
        /** Both are right, but the source sends too often: to be dropped in silence. */
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
    private boolean secretMade;
    private boolean closed;

    /** A checker that accepts nothing until {@link #setPublicKey}. */
    public CookieChecker(RateLimiter rateLimiter, RandomSource random) {
        this.rateLimiter = rateLimiter;
        this.random = random;
    }

    /** Sets the device's public key, or none: then every message is refused. */
    public void setPublicKey(PublicKey publicKey) {
        keys = publicKey == null ? null : new Keys(Macs.mac1Key(publicKey), Macs.cookieKey(publicKey));
    }

    /**
     * Looks at the MACs of an initiation or response.
     *
     * @param length of the message in bytes, which is right for its type
     * @param source who sent it
     * @param underLoad whether mac2 counts; else it is ignored, whatever it is
     * @param now the present, of {@link io.culvert.engine.io.Clock#nanos}
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

    /** Whether the MAC at {@code offset} is that of all before it; compared in constant time. */
    private static boolean isMac(byte[] key, byte[] message, int offset) {
        byte[] expected = Blake2s.mac(key, message, offset);
        byte[] found = Arrays.copyOfRange(message, offset, offset + Message.MAC_BYTES);
        return MessageDigest.isEqual(expected, found);
    }

    /**
     * Makes the answer to an initiation or response whose mac1 was valid.
     *
     * @param target {@value CookieReply#BYTES} bytes
     * @param message what is answered
     * @param length its length in bytes
     * @param source who sent it
     * @return the size of the answer; 0 when the device has lost its key meanwhile
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
        XChaCha20Poly1305.seal(current.cookie, nonce, mac1, cookie, 0, cookie.length, sealed, 0);

        CookieReply.writeHeader(target, Message.sender(message));
        Memory.copy(nonce, 0, target + CookieReply.NONCE, nonce.length);
        Memory.copy(sealed, 0, target + CookieReply.ENCRYPTED_COOKIE, sealed.length);
        return CookieReply.BYTES;
    }

    /** The cookie of an address and port, under the secret of the day. */
    private synchronized byte[] makeCookie(UdpEndpoint source, long now) {
        if (closed) {
            // Nobody can know it, and so nobody's mac2 is right.
            byte[] nobodys = new byte[Macs.COOKIE_BYTES];
            random.fill(nobodys);
            return nobodys;
        }
        if (!secretMade || now - secretBirth >= Limits.COOKIE_SECRET_MAX_AGE) {
            random.fill(secret.address(), Secret.BYTES);
            secretBirth = now;
            secretMade = true;
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

    /** Zeroes the secret. Cookies made from it are worthless then. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        keys = null;
        secret.close();
    }
}
