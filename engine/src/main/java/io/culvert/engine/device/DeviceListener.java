// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;

/**
 * Hears what happens to a device and its peers, at its control points: never for each packet. Called on the thread on
 * which it happens, several at once: the methods do not block, and take no lock that another thread may hold while it
 * waits for the device. What a method throws is logged, and does not harm the device.
 */
public interface DeviceListener {
    /** Hears nothing. */
    DeviceListener NONE = new DeviceListener() {};

    /**
     * A handshake is complete: a session begins, or gets new keys. The peer's home worker.
     *
     * @param initiator whether this end initiated the handshake
     * @param rekey whether it replaced a session
     * @param nanos since this end sent its last handshake message
     */
    default void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {}

    /** The keys of the last session, which was not renewed, are zeroed. The peer's home worker. */
    default void sessionExpired(PublicKey peer) {}

    /**
     * A handshake has failed, or a message was refused. Any thread.
     *
     * @param why with {@link HandshakeFailure#GIVEN_UP}, initiations got no answer for 90 s; the next packet begins
     *     another handshake
     * @param peer the static key of the other end, which it may only claim to have; {@code null} if it is unknown
     */
    default void handshakeFailed(HandshakeFailure why, PublicKey peer) {}

    /**
     * An authentic message came from another address or port than the last endpoint. Any worker.
     *
     * @param from the endpoint before; neither endpoint changes any more
     */
    default void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {}

    /**
     * A thread has not turned for some seconds; called each second. The watchdog's thread.
     *
     * @param thread its name
     * @param seconds for how long
     */
    default void stalled(String thread, int seconds) {}

    /** The port, the link or what the device does without may have changed. Under the device's lock. */
    default void statusChanged(DeviceStatus status) {}
}
