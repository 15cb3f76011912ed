// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * The listeners of a device, and the counts of failed handshakes. Any thread; the list is copied when it is changed,
 * and counts are atomic.
 */
public final class DeviceListeners implements DeviceListener, HandshakeFailure.Sink {
    private static final Logger LOG = System.getLogger(DeviceListeners.class.getName());

    private final List<DeviceListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLongArray failures = new AtomicLongArray(HandshakeFailure.values().length);

    /** {@code first} is one of them from the start. */
    DeviceListeners(DeviceListener first) {
        if (first != DeviceListener.NONE) {
            listeners.add(first);
        }
    }

    /** Adds a listener; what happens from now on is told to it. */
    public void add(DeviceListener listener) {
        listeners.add(listener);
    }

    /** Removes a listener, which may still be called for what happens at this moment. */
    public void remove(DeviceListener listener) {
        listeners.removeIf(one -> one == listener);
    }

    /** How often handshakes failed, by reason. */
    Map<HandshakeFailure, Long> failures() {
        Map<HandshakeFailure, Long> counts = new EnumMap<>(HandshakeFailure.class);
        for (HandshakeFailure failure : HandshakeFailure.values()) {
            counts.put(failure, failures.get(failure.ordinal()));
        }
        return counts;
    }

    @Override
    public void failed(HandshakeFailure why, PublicKey peer) {
        failures.incrementAndGet(why.ordinal());
        handshakeFailed(why, peer);
    }

    @Override
    public void handshakeFailed(HandshakeFailure why, PublicKey peer) {
        each(listener -> listener.handshakeFailed(why, peer));
    }

    @Override
    public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
        each(listener -> listener.sessionBegan(peer, initiator, rekey, nanos));
    }

    @Override
    public void sessionExpired(PublicKey peer) {
        each(listener -> listener.sessionExpired(peer));
    }

    @Override
    public void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
        each(listener -> listener.roamed(peer, from, to));
    }

    @Override
    public void stalled(String thread, int seconds) {
        each(listener -> listener.stalled(thread, seconds));
    }

    @Override
    public void statusChanged(DeviceStatus status) {
        each(listener -> listener.statusChanged(status));
    }

    private void each(Consumer<DeviceListener> event) {
        if (listeners.isEmpty()) {
            return;
        }
        for (DeviceListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a listener of the device has failed", e);
            }
        }
    }
}
