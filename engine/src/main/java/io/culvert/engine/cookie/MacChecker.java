// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.crypto.XChaCha20Poly1305;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Blake2s;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks the MACs of handshake messages and creates cookie replies. mac1 proves that the sender knows this device's
 * public key. mac2, which is only required under load, proves that the sender receives at its source address: its key
 * is a cookie, which is a MAC of that address and port under the secret of {@link CookieChecker}.
 *
 * <p>Confined to one thread. It allocates nothing after construction, as a flood calls it for each message.
 */
public final class MacChecker implements AutoCloseable {
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

    /** Random nonces that one call of the random source provides. */
    private static final int NONCES = 64;

    private static final int ADDRESS_BYTES = 16;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private final CookieChecker shared;
    private final Blake2s hash = new Blake2s();
    private final XChaCha20Poly1305 cipher = new XChaCha20Poly1305();
    private final byte[] message = new byte[HandshakeInitiation.BYTES];
    private final byte[] mac = new byte[Message.MAC_BYTES];
    private final byte[] cookie = new byte[Macs.COOKIE_BYTES];
    private final Secret secret = new Secret();
    private final byte[] from = new byte[ADDRESS_BYTES + Short.BYTES];
    private final long nonces = Memory.allocate((long) NONCES * CookieReply.NONCE_BYTES, 8);
    private int noncesLeft;

    /** A checker of one thread. */
    public MacChecker(CookieChecker shared) {
        this.shared = shared;
    }

    /**
     * Checks the MACs of an initiation or response.
     *
     * @param address of the message
     * @param length of the message in bytes, which is right for its type
     * @param source the sender
     * @param underLoad whether mac2 is checked
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     */
    public Result validate(long address, int length, UdpEndpoint source, boolean underLoad, long now) {
        CookieChecker.Keys keys = shared.keys();
        if (keys == null) {
            return Result.INVALID_MAC;
        }
        Memory.copy(address, message, 0, length);
        hash.mac(keys.mac1(), message, Message.mac1(length), mac);
        if (!isMac(Message.mac1(length))) {
            return Result.INVALID_MAC;
        }
        if (!underLoad || !hasCookie(length, source, now)) {
            return Result.VALID_MAC_BUT_NO_COOKIE;
        }
        return shared.allow(source, now) ? Result.VALID_MAC_WITH_COOKIE : Result.VALID_MAC_WITH_COOKIE_BUT_RATELIMITED;
    }

    /** Whether mac2 is right. A sender without a cookie sends zeros, which saves the computation. */
    private boolean hasCookie(int length, UdpEndpoint source, long now) {
        int mac2 = Message.mac2(length);
        if (((long) LONG.get(message, mac2) | (long) LONG.get(message, mac2 + Long.BYTES)) == 0
                || !makeCookie(source, now)) {
            return false;
        }
        hash.mac(cookie, message, mac2, mac);
        return isMac(mac2);
    }

    /** Whether the message has the computed MAC at {@code offset}; compared in constant time. */
    private boolean isMac(int offset) {
        int difference = 0;
        for (int i = 0; i < mac.length; i++) {
            difference |= mac[i] ^ message[offset + i];
        }
        return difference == 0;
    }

    /**
     * Writes a cookie reply to an initiation or response whose mac1 is valid.
     *
     * @param target {@value CookieReply#BYTES} bytes
     * @param address of the message to answer
     * @param length its length in bytes
     * @param source its sender
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     * @return the size of the reply in bytes; 0 if the device has no key any more
     */
    public int createReply(long target, long address, int length, UdpEndpoint source, long now) {
        CookieChecker.Keys keys = shared.keys();
        if (keys == null || !makeCookie(source, now)) {
            return 0;
        }
        CookieReply.writeHeader(target, Message.sender(address));
        takeNonce(target + CookieReply.NONCE);
        long sealed = target + CookieReply.ENCRYPTED_COOKIE;
        Memory.copy(cookie, 0, sealed, cookie.length);
        long mac1 = address + Message.mac1(length);
        cipher.seal(keys.cookie(), target + CookieReply.NONCE, mac1, Message.MAC_BYTES, sealed, cookie.length, sealed);
        return CookieReply.BYTES;
    }

    private void takeNonce(long target) {
        if (noncesLeft == 0) {
            shared.random().fill(nonces, NONCES * CookieReply.NONCE_BYTES);
            noncesLeft = NONCES;
        }
        noncesLeft--;
        Memory.copy(nonces + (long) noncesLeft * CookieReply.NONCE_BYTES, target, CookieReply.NONCE_BYTES);
    }

    /** Computes the cookie of an address and port under the present secret; {@code false} if there is none any more. */
    private boolean makeCookie(UdpEndpoint source, long now) {
        if (!shared.copySecret(secret.address(), now)) {
            return false;
        }
        hash.mac(secret.address(), from, writeSource(source), cookie);
        Memory.zero(secret.address(), Secret.BYTES);
        return true;
    }

    /** Writes address and port, big-endian; returns their length. */
    private int writeSource(UdpEndpoint source) {
        int port = ADDRESS_BYTES;
        if (source.isIpv6()) {
            LONG.set(from, 0, source.high());
            LONG.set(from, Long.BYTES, source.low());
        } else {
            LONG.set(from, 0, source.low() << Integer.SIZE);
            port = Integer.BYTES;
        }
        from[port] = (byte) (source.port() >>> Byte.SIZE);
        from[port + 1] = (byte) source.port();
        return port + Short.BYTES;
    }

    @Override
    public void close() {
        Memory.free(nonces);
        secret.close();
        hash.close();
    }
}
