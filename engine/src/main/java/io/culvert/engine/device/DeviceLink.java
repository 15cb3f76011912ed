// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.schedule.Backoff;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A device's link: whether the interface is up, and the UDP port that it needs then. Nobody can refuse {@code ip link
 * set up} to another program, so the port may be missing while the interface is up. What is wanted is kept apart from
 * what is open, and tried again: with each configuration, when the interface goes up, and with back-off.
 *
 * <p>All methods run under the device's lock, except {@link #status}.
 */
final class DeviceLink {
    private static final Logger LOG = System.getLogger(DeviceLink.class.getName());

    /** What going up and down means for the peers. */
    interface Peers {
        /** Sessions may begin. */
        void start();

        /** The workers have a port. */
        void startSending();

        /** Sessions end, and packets that were staged before {@code since} are dropped. */
        void stop(long since);
    }

    private final Tun tun;
    private final Clock clock;
    private final DevicePort port;
    private final Peers peers;
    private final DeviceListener listener;
    private final LongConsumer retryAt;
    /** Of the port while it is missing. An attempt costs some 140 us. */
    private final Backoff opening = new Backoff(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(2));
    /** Of the shortfalls of an open port, which may last for ever, as on a host without IPv6. */
    private final Backoff improving = new Backoff(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(16));

    private boolean linkUp;
    private boolean up;
    /** Why the port is missing, as logged; {@code null} if it is not. */
    private String failure;
    /** Written under the device's lock; read by any thread. Volatile: an instance does not change. */
    private volatile DeviceStatus status;

    /** A link that is down; {@code retryAt} takes the time of the next {@link #retry}, or {@link Backoff#NEVER}. */
    DeviceLink(Tun tun, Clock clock, DevicePort port, Peers peers, DeviceListener listener, LongConsumer retryAt) {
        this.tun = tun;
        this.clock = clock;
        this.port = port;
        this.peers = peers;
        this.listener = listener;
        this.retryAt = retryAt;
        publish();
    }

    /** Whether the interface is up and its port is open. */
    boolean isUp() {
        return up;
    }

    /** What the device wants, and what it has. Any thread. */
    DeviceStatus status() {
        DeviceStatus own = status;
        List<Shortfall> all = Stream.concat(own.shortfalls().stream(), tun.shortfalls().stream())
                .toList();
        return new DeviceStatus(own.linkUp(), own.wantedPort(), own.openPort(), own.fwmark(), own.failure(), all);
    }

    /** The interface went up or down, at {@code now} or before. */
    void set(boolean nowUp, long now) {
        linkUp = nowUp;
        if (nowUp) {
            // To open the port takes some milliseconds. Packets that come meanwhile are staged.
            peers.start();
            tryToOpen();
            if (!up) {
                peers.stop(now);
            }
        } else {
            close(now);
        }
        publish();
    }

    /** The interface was down and is up again: the sessions end. Packets that came since may be staged already. */
    void restart() {
        peers.stop(Long.MIN_VALUE);
        if (up) {
            peers.start();
            peers.startSending();
        }
        retry();
    }

    /**
     * Configures the port number and the firewall mark, each unless it is empty.
     *
     * @throws java.net.BindException when another program has the port; then nothing is changed
     * @throws IOException when the system refuses the port or the mark; then nothing is changed
     */
    void configure(OptionalInt number, OptionalInt mark) throws IOException {
        try {
            port.configure(number, mark, linkUp);
        } finally {
            // Without descriptors for two ports the former one may be lost, too.
            up &= port.isOpen();
            tryToOpen();
            publish();
        }
    }

    /** Tries again what the system refused. */
    void retry() {
        if (up) {
            port.retry();
        }
        tryToOpen();
        publish();
    }

    private void tryToOpen() {
        if (!linkUp || up) {
            return;
        }
        UdpPort opened;
        try {
            opened = port.openPort();
        } catch (IOException e) {
            failed(e.getMessage());
            return;
        }
        // In this order, so that an initiation that waits in the port finds its peer active.
        peers.start();
        port.use(opened);
        up = true;
        peers.startSending();
        // At the level at which the failure was announced.
        LOG.log(
                failure == null ? Level.INFO : Level.WARNING,
                "{0} is up, listening on UDP port {1}",
                tun.name(),
                Integer.toString(port.number()));
        failure = null;
        opening.end();
    }

    private void failed(String reason) {
        if (!reason.equals(failure)) {
            failure = reason;
            LOG.log(Level.ERROR, "{0} carries no packets, tried again until it does: {1}", tun.name(), reason);
        }
        opening.failed(clock.nanos());
    }

    private void close(long now) {
        failure = null;
        opening.end();
        if (up) {
            up = false;
            peers.stop(now);
            port.close();
            LOG.log(Level.INFO, "{0} is down", tun.name());
        }
    }

    /** Publishes the status, and has the next attempt made in time. */
    private void publish() {
        List<Shortfall> shortfalls = port.shortfalls();
        if (shortfalls.isEmpty()) {
            improving.end();
        } else if (improving.due() <= clock.nanos() || improving.due() == Backoff.NEVER) {
            improving.failed(clock.nanos());
        }
        retryAt.accept(Math.min(opening.due(), improving.due()));
        status = new DeviceStatus(
                linkUp,
                port.wantedNumber(),
                up ? port.number() : 0,
                port.fwmark(),
                Optional.ofNullable(failure),
                shortfalls);
        listener.statusChanged(status());
    }
}
