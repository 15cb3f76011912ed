// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.pipeline.Workers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A device's UDP port: the configured number and firewall mark, and the open sockets, if any.
 *
 * <p>Not thread-safe: all methods run under the device's lock.
 */
final class DevicePort {
    private static final Logger LOG = System.getLogger(DevicePort.class.getName());

    private final Bind bind;
    private final Workers workers;
    /** Lets the reader of handshake messages use a port or none, before it returns. */
    private final Consumer<UdpPort> handshakes;
    /** By worker: the datagrams that the sockets of closed ports lost. */
    private final long[] closedPortLosses;

    private long closedHandshakeLosses;

    /** The port that the workers use; {@code null} while the interface is down. */
    private UdpPort port;
    /**
     * The port that the first {@link #openPort()} returns; {@code null} if none, and always once the interface was up.
     */
    private UdpPort preopenedPort;

    private boolean everUp;
    private int listenPort;
    private int fwmark;

    DevicePort(Bind bind, Workers workers, Consumer<UdpPort> handshakes) {
        this.handshakes = handshakes;
        this.bind = bind;
        this.workers = workers;
        closedPortLosses = new long[workers.count()];
    }

    /** The number of the open port, else the configured one; 0 when none was chosen yet. */
    int number() {
        return port != null ? port.port() : listenPort;
    }

    /** The firewall mark of sent datagrams, 0 for none. */
    int fwmark() {
        return fwmark;
    }

    /** The number of datagrams that a worker's sockets lost because their buffers were full. */
    long receiveLosses(int worker) {
        return closedPortLosses[worker] + (port == null ? 0 : port.receiveLosses(worker));
    }

    /** The number of handshake messages that their sockets lost likewise. */
    long handshakeLosses() {
        return closedHandshakeLosses + (port == null ? 0 : port.handshakeLosses());
    }

    /**
     * Configures the port number and the firewall mark, each unless it is empty. Both apply at once if a port is open.
     *
     * @throws IOException when the port cannot be opened or the system refuses the mark; then nothing is changed
     */
    void configure(OptionalInt number, OptionalInt mark) throws IOException {
        int newMark = mark.orElse(fwmark);
        if (number.isPresent() && port != null && number.getAsInt() != port.port()) {
            attach(bind.open(number.getAsInt(), workers.count(), newMark));
        } else if (newMark != fwmark) {
            remark(newMark);
        }
        fwmark = newMark;
        if (number.isPresent()) {
            listenPort = number.getAsInt();
            if (!everUp) {
                preopenPort(listenPort);
            }
        }
    }

    /**
     * Opens the port of an interface that was never up. The kernel's implementation opens its port within
     * {@code ip link set up}, but netlink reports that some time later. The other end's first initiation may arrive in
     * between, and waits in the preopened port.
     */
    private void preopenPort(int number) {
        closePreopenedPort();
        if (number != 0) {
            try {
                preopenedPort = openPort(number);
            } catch (IOException e) {
                LOG.log(
                        Level.DEBUG,
                        "cannot open UDP port {0} before the interface is up: {1}",
                        Integer.toString(number),
                        e.getMessage());
            }
        }
    }

    /** Closes the preopened port, if any. */
    void closePreopenedPort() {
        if (preopenedPort != null) {
            preopenedPort.close();
            preopenedPort = null;
        }
    }

    private UdpPort openPort(int number) throws IOException {
        return bind.open(number, workers.count(), fwmark);
    }

    /** Sets the mark of the open port, or leaves it as it was. */
    private void remark(int newMark) throws IOException {
        UdpPort marked = port != null ? port : preopenedPort;
        if (marked == null) {
            return;
        }
        try {
            marked.setFwmark(newMark);
        } catch (IOException e) {
            // The system may have taken the mark for some of the sockets.
            marked.setFwmark(fwmark);
            throw e;
        }
    }

    /**
     * Opens the configured port, for {@link #use}.
     *
     * @throws IOException when the port cannot be opened
     */
    UdpPort openPort() throws IOException {
        UdpPort opened = preopenedPort != null ? preopenedPort : openPort(listenPort);
        preopenedPort = null;
        return opened;
    }

    /** Lets the workers use the port that {@link #openPort()} returned. */
    void use(UdpPort opened) {
        attach(opened);
        everUp = true;
        listenPort = port.port();
    }

    /** Detaches the workers from the open port and closes it. */
    void close() {
        attach(null);
    }

    /**
     * Lets all workers and the reader of handshake messages use a port, or none ({@code null}), in place of the present
     * one, which is then closed.
     */
    private void attach(UdpPort newPort) {
        workers.callAll(worker -> worker.io().attach(newPort));
        handshakes.accept(newPort);
        if (port != null) {
            for (int i = 0; i < closedPortLosses.length; i++) {
                closedPortLosses[i] += port.receiveLosses(i);
            }
            closedHandshakeLosses += port.handshakeLosses();
            port.close();
        }
        port = newPort;
    }
}
