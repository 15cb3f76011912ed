// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.Limits;
import io.culvert.engine.noise.Blake2s;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;

/**
 * What all threads that check MACs share (the kernel's cookie_checker; paper, sections 5.3 and 5.4.7): the keys of mac1
 * and of cookie replies, the secret of the cookies, which changes every two minutes, and the rate limiter. Each thread
 * checks with a {@link MacChecker} of its own.
 *
 * <p>Any thread. {@code keys} is replaced as a whole when the device's key changes; the secret is guarded by this.
 */
public final class CookieChecker implements AutoCloseable {
    /**
     * The keys that derive from the device's public key, which are no secrets.
     *
     * @param mac1 the state of {@link Blake2s} after the key of mac1
     * @param cookie the key of cookie replies
     */
    record Keys(int[] mac1, byte[] cookie) {}

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
        keys = publicKey == null
                ? null
                : new Keys(Blake2s.keyState(Macs.mac1Key(publicKey)), Macs.cookieKey(publicKey));
    }

    /** The keys, or {@code null} if the device has none. */
    Keys keys() {
        return keys;
    }

    RandomSource random() {
        return random;
    }

    /** Sizes the rate limiter by the number of peers. */
    public void setPeers(int peers) {
        rateLimiter.setPeers(peers);
    }

    /** Whether a message of {@code source} is within its rate; see {@link RateLimiter#allow}. */
    boolean allow(UdpEndpoint source, long now) {
        return rateLimiter.allow(source, now);
    }

    /** Copies the present secret of the cookies to an address; the caller zeroes it. {@code false} once closed. */
    synchronized boolean copySecret(long target, long now) {
        if (closed) {
            return false;
        }
        if (!hasSecret || now - secretBirth >= Limits.COOKIE_SECRET_MAX_AGE) {
            random.fill(secret.address(), Secret.BYTES);
            secretBirth = now;
            hasSecret = true;
        }
        Memory.copy(secret.address(), target, Secret.BYTES);
        return true;
    }

    /** Zeroes the secret, which invalidates its cookies. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        keys = null;
        secret.close();
    }
}
