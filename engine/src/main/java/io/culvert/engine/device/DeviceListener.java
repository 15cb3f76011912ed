// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;

/**
 * Hears what happens to a device, at its control points: never for each packet. Called as {@link PeerEvents} are, on
 * the thread on which it happens. What a method throws is logged, and does not harm the device.
 */
public interface DeviceListener extends PeerEvents {
    /**
     * A handshake is complete, as {@link #handshakeCompleted} says without the details. The peer's home worker.
     *
     * @param initiator whether this end initiated the handshake
     * @param rekey whether it replaced a session
     * @param nanos since this end sent its last handshake message
     */
    default void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {}

    /**
     * A handshake has failed, or a message was refused. Any thread.
     *
     * @param peer the static key of the other end, which it may only claim to have; {@code null} if it is unknown
     */
    default void handshakeFailed(HandshakeFailure why, PublicKey peer) {}

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
