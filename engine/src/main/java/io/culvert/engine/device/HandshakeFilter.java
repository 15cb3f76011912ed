// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.cookie.MacChecker;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.natives.Memory;

/**
 * Decides which handshake messages are worth the computation of a handshake, and makes cookie replies to the others. It
 * allocates nothing, as a flood passes through it.
 *
 * <p>Confined to one thread, except the counters, which any thread reads.
 */
final class HandshakeFilter implements AutoCloseable {
    /** What to do with a message. */
    enum Verdict {
        /** Process it. */
        ACCEPT,
        /** Drop it; it is counted. */
        REFUSE,
        /** Answer it by a cookie, if there is time for that. */
        ASK_FOR_COOKIE
    }

    private final Device device;
    private final MacChecker macs;
    private final Counters<HandshakeOutcome> outcomes = new Counters<>(HandshakeOutcome.class);
    private final long reply = Memory.allocate(CookieReply.BYTES, 64);

    HandshakeFilter(Device device) {
        this.device = device;
        macs = new MacChecker(device.cookieChecker());
    }

    /** How often each outcome occurred. Any thread. */
    Counters<HandshakeOutcome> outcomes() {
        return outcomes;
    }

    void count(HandshakeOutcome outcome) {
        outcomes.add(outcome, 1);
    }

    /**
     * Checks a message in the order of the costs: length and type, receiver index, mac1, cookie, rate.
     *
     * @param underLoad whether the sender must have a cookie
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     */
    Verdict check(long message, int length, UdpEndpoint from, boolean underLoad, long now) {
        if (!isWellFormed(message, length)) {
            return Verdict.REFUSE;
        }
        if (Message.type(message) == Message.HANDSHAKE_COOKIE) {
            return Verdict.ACCEPT;
        }
        return switch (macs.validate(message, length, from, underLoad, now)) {
            case VALID_MAC_WITH_COOKIE -> Verdict.ACCEPT;
            case VALID_MAC_BUT_NO_COOKIE -> underLoad ? Verdict.ASK_FOR_COOKIE : Verdict.ACCEPT;
            case INVALID_MAC -> refuse(HandshakeOutcome.WRONG_MAC);
            case VALID_MAC_WITH_COOKIE_BUT_RATELIMITED -> refuse(HandshakeOutcome.RATE_LIMITED);
        };
    }

    /** The part of {@link #check} that looks neither at the load nor at the sender: length, type, index and mac1. */
    boolean isForThisDevice(long message, int length, UdpEndpoint from, long now) {
        return isWellFormed(message, length)
                && (Message.type(message) == Message.HANDSHAKE_COOKIE
                        || macs.validate(message, length, from, false, now) != MacChecker.Result.INVALID_MAC
                        || isRefused(HandshakeOutcome.WRONG_MAC));
    }

    private boolean isWellFormed(long message, int length) {
        if (!Message.isHandshake(message, length)) {
            return isRefused(HandshakeOutcome.MALFORMED);
        }
        return isExpected(Message.type(message), message) || isRefused(HandshakeOutcome.UNKNOWN_INDEX);
    }

    /** Counts a refusal; always {@code false}. */
    private boolean isRefused(HandshakeOutcome outcome) {
        count(outcome);
        return false;
    }

    /** Whether a response or cookie reply answers a message of this device. */
    private boolean isExpected(int type, long message) {
        return switch (type) {
            case Message.HANDSHAKE_RESPONSE ->
                device.indexTable().lookup(HandshakeResponse.receiver(message)) instanceof Handshake;
            case Message.HANDSHAKE_COOKIE -> device.indexTable().lookup(CookieReply.receiver(message)) != null;
            default -> true;
        };
    }

    private Verdict refuse(HandshakeOutcome outcome) {
        count(outcome);
        return Verdict.REFUSE;
    }

    /**
     * Makes the cookie reply to a message, valid until the next call.
     *
     * @return its address, for {@link CookieReply#BYTES} bytes; 0 if the device has no key any more
     */
    long cookieReply(long message, int length, UdpEndpoint from, long now) {
        if (macs.createReply(reply, message, length, from, now) == 0) {
            return 0;
        }
        count(HandshakeOutcome.COOKIE_SENT);
        return reply;
    }

    /** Frees the memory, after the last check. */
    @Override
    public void close() {
        macs.close();
        Memory.free(reply);
    }
}
