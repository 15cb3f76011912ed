// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.flight;

import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.DropCause;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Records what happens to a device. Events are made at control points; the data path is left alone, as drops are read
 * from its counters. Any thread; {@link #drops} by one at a time, of the recorder.
 */
final class FlightListener implements DeviceListener {
    private final String name;
    private final Device device;
    private final Map<DropCause, Long> dropped = new EnumMap<>(DropCause.class);
    /** What was recorded last. Guarded by this. */
    private DeviceStatus status;

    FlightListener(String name, Device device) {
        this.name = name;
        this.device = device;
        statusChanged(device.status());
    }

    private void commit(FlightEvents.OfInterface event) {
        event.interfaceName = name;
        event.commit();
    }

    @Override
    public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
        FlightEvents.Session event = rekey ? new FlightEvents.Rekey() : new FlightEvents.Handshake();
        event.peer = peer.toBase64();
        event.initiator = initiator;
        event.roundTrip = nanos;
        commit(event);
    }

    @Override
    public void sessionExpired(PublicKey peer) {
        FlightEvents.Expiry event = new FlightEvents.Expiry();
        event.peer = peer.toBase64();
        commit(event);
    }

    @Override
    public void handshakeFailed(HandshakeFailure why, PublicKey peer) {
        FlightEvents.HandshakeFailure event = new FlightEvents.HandshakeFailure();
        event.peer = peer == null ? "" : peer.toBase64();
        event.reason = why.name().toLowerCase(Locale.ROOT);
        commit(event);
    }

    @Override
    public void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
        FlightEvents.Roaming event = new FlightEvents.Roaming();
        event.peer = peer.toBase64();
        event.from = text(from);
        event.to = text(to);
        commit(event);
    }

    private static String text(UdpEndpoint endpoint) {
        return endpoint.toString().substring(1);
    }

    @Override
    public void stalled(String thread, int seconds) {
        if (thread.startsWith("worker-")) {
            FlightEvents.WorkerStall event = new FlightEvents.WorkerStall();
            event.thread = thread;
            event.seconds = seconds;
            commit(event);
        } else {
            FlightEvents.Stall event = new FlightEvents.Stall();
            event.thread = thread;
            event.seconds = seconds;
            commit(event);
        }
    }

    @Override
    public synchronized void statusChanged(DeviceStatus now) {
        DeviceStatus before = status;
        status = now;
        if (before == null
                || now.openPort() != before.openPort()
                || now.wantedPort() != before.wantedPort()
                || !now.failure().equals(before.failure())) {
            FlightEvents.Port event = new FlightEvents.Port();
            event.wanted = now.wantedPort();
            event.open = now.openPort();
            event.reason = now.unreadyReason().orElse("");
            commit(event);
        }
        List<Shortfall> former = before == null ? List.of() : before.shortfalls();
        List<Shortfall> begun = new ArrayList<>(now.shortfalls());
        begun.removeAll(former);
        begun.forEach(one -> shortfall(one.what(), one.reason()));
        former.stream()
                .filter(one -> now.shortfalls().stream()
                        .noneMatch(other -> other.what().equals(one.what())))
                .forEach(one -> shortfall(one.what(), ""));
    }

    private void shortfall(String what, String reason) {
        FlightEvents.Shortfall event = new FlightEvents.Shortfall();
        event.what = what;
        event.reason = reason;
        commit(event);
    }

    /** Records the packets dropped since the last call. */
    void drops() {
        device.drops().forEach((cause, total) -> {
            Long before = dropped.put(cause, total);
            long packets = total - (before == null ? 0 : before);
            if (packets > 0) {
                FlightEvents.Drops event = new FlightEvents.Drops();
                event.cause = cause.name().toLowerCase(Locale.ROOT);
                event.packets = packets;
                commit(event);
            }
        });
    }
}
