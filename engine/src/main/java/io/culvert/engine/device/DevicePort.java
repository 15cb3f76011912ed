// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.NoDescriptorsException;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.pipeline.Workers;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A device's UDP port: the configured number and firewall mark, and the open sockets, if any.
 *
 * <p>Not thread-safe: all methods run under the device's lock.
 */
final class DevicePort {
    private final Bind bind;
    private final Workers workers;
    /** Lets the reader of handshake messages use a port or none, before it returns. */
    private final Consumer<UdpPort> handshakes;
    /** By worker: the datagrams that the sockets of closed ports lost. */
    private final long[] closedPortLosses;

    private long closedHandshakeLosses;

    /** The port that the workers use; {@code null} while there is none. */
    private UdpPort port;
    /**
     * An open port with the wanted number and mark that the next {@link #openPort()} returns; {@code null} if none.
     */
    private UdpPort preopenedPort;

    private boolean everUp;
    /** The configured number, 0 for any. */
    private int wantedNumber;
    /** For any number: the one that was open last, which is tried first; 0 before the first. */
    private int lastNumber;
    /** The configured mark, which the open and the preopened port have. */
    private int fwmark;

    DevicePort(Bind bind, Workers workers, Consumer<UdpPort> handshakes) {
        this.handshakes = handshakes;
        this.bind = bind;
        this.workers = workers;
        closedPortLosses = new long[workers.count()];
    }

    /** The number of the open port, else the configured or last one; 0 when none was chosen yet. */
    int number() {
        if (port != null) {
            return port.port();
        }
        return wantedNumber != 0 ? wantedNumber : lastNumber;
    }

    /** The configured number, 0 for any. */
    int wantedNumber() {
        return wantedNumber;
    }

    /** The firewall mark of sent datagrams, 0 for none. */
    int fwmark() {
        return fwmark;
    }

    /** What the open port does without; empty while there is none. */
    List<Shortfall> shortfalls() {
        return port == null ? List.of() : port.shortfalls();
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
     * Configures the port number and the firewall mark, each unless it is empty. Both apply at once if a port is open;
     * else they are tried, so that what the system refuses is refused here.
     *
     * @param needed whether the interface is up: then {@link #openPort()} comes next if no port is open
     * @throws BindException when another program has the port; then nothing is changed
     * @throws IOException when the port cannot be opened or the system refuses the mark; then nothing is changed
     */
    void configure(OptionalInt number, OptionalInt mark, boolean needed) throws IOException {
        int newMark = mark.orElse(fwmark);
        if (number.isEmpty()) {
            remark(newMark);
        } else {
            change(number.getAsInt(), newMark, needed);
            wantedNumber = number.getAsInt();
            lastNumber = port == null ? 0 : port.port();
        }
        fwmark = newMark;
    }

    private void change(int number, int newMark, boolean needed) throws IOException {
        UdpPort open = port != null ? port : preopenedPort;
        if (open != null && open.port() == number) {
            remark(newMark);
        } else if (port != null) {
            replace(number, newMark);
        } else if (needed || !everUp && number != 0) {
            preopen(number, newMark);
        } else {
            tryOut(number, newMark);
            closePreopenedPort();
        }
    }

    /** Opens a port before the present one is closed or, if descriptors are short, after that. */
    private void replace(int number, int newMark) throws IOException {
        try {
            attach(bind.open(number, workers.count(), newMark));
        } catch (NoDescriptorsException e) {
            tryOut(number, newMark);
            int former = port.port();
            attach(null);
            try {
                attach(bind.open(number, workers.count(), newMark));
            } catch (IOException refused) {
                attach(bind.open(former, workers.count(), fwmark));
                throw refused;
            }
        }
    }

    /** Whether the workers have a port. */
    boolean isOpen() {
        return port != null;
    }

    /**
     * Opens the port of an interface that was never up. The kernel's implementation opens its port within
     * {@code ip link set up}, but netlink reports that some time later. The other end's first initiation may arrive in
     * between, and waits in the preopened port.
     */
    private void preopen(int number, int newMark) throws IOException {
        UdpPort opened = bind.open(number, workers.count(), newMark);
        closePreopenedPort();
        preopenedPort = opened;
    }

    /** Has the system refuse now what it would refuse when the port is needed. */
    private void tryOut(int number, int newMark) throws IOException {
        if (number != 0 || newMark != 0) {
            bind.tryOut(number, newMark);
        }
    }

    /** Sets the mark of the open port, or leaves it as it was. */
    private void remark(int newMark) throws IOException {
        UdpPort marked = port != null ? port : preopenedPort;
        if (newMark == fwmark) {
            return;
        }
        if (marked == null) {
            tryOut(0, newMark);
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

    /** Closes the preopened port, if any. */
    void closePreopenedPort() {
        if (preopenedPort != null) {
            preopenedPort.close();
            preopenedPort = null;
        }
    }

    /**
     * Opens the wanted port, for {@link #use}.
     *
     * @throws IOException when the port cannot be opened
     */
    UdpPort openPort() throws IOException {
        if (preopenedPort != null) {
            UdpPort opened = preopenedPort;
            preopenedPort = null;
            return opened;
        }
        if (wantedNumber == 0 && lastNumber != 0) {
            try {
                return bind.open(lastNumber, workers.count(), fwmark);
            } catch (BindException e) {
                // Another program has it now, and any other port will do.
                return bind.open(0, workers.count(), fwmark);
            }
        }
        return bind.open(wantedNumber, workers.count(), fwmark);
    }

    /** Lets the workers use the port that {@link #openPort()} returned. */
    void use(UdpPort opened) {
        attach(opened);
        everUp = true;
        lastNumber = port.port();
    }

    /** Tries again what the system refused the open port. */
    void retry() {
        if (port.retry()) {
            attachAll(port);
        }
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
        attachAll(newPort);
        if (port != null) {
            for (int i = 0; i < closedPortLosses.length; i++) {
                closedPortLosses[i] += port.receiveLosses(i);
            }
            closedHandshakeLosses += port.handshakeLosses();
            port.close();
        }
        port = newPort;
    }

    private void attachAll(UdpPort newPort) {
        workers.callAll(worker -> worker.attach(newPort));
        handshakes.accept(newPort);
    }
}
