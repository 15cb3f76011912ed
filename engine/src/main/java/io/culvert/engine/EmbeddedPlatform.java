// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.linux.SystemRandom;
import java.io.IOException;
import java.util.Optional;

/** The platform of a tunnel: Linux, with the packets, the datagrams or both replaced by the program's. */
final class EmbeddedPlatform implements Platform {
    /** The worker that reads what is the program's. */
    private static final int READER = 0;

    private final Clock clock = new SystemClock();
    private final RandomSource random = new SystemRandom();
    private final PacketDevice packets;
    private final DatagramTransport datagrams;
    private final InputSignal packetSignal = new InputSignal();
    private final InputSignal datagramSignal = new InputSignal();
    /** {@code null} if both are the program's. */
    private final LinuxPlatform system;

    private final Tun tun;
    private final Bind bind;

    private EmbeddedPlatform(
            String name, int workers, PacketDevice packets, DatagramTransport datagrams, LinuxPlatform system) {
        this.packets = packets;
        this.datagrams = datagrams;
        this.system = system;
        tun = packets == null ? system.tun() : new EmbeddedTun(name, packets, workers, packetSignal);
        bind = datagrams == null ? system.bind() : new EmbeddedBind(datagrams, datagramSignal);
    }

    /**
     * Opens what is the system's.
     *
     * @param name of the interface to create, or of the threads
     * @param packets {@code null} for an interface of the system
     * @param datagrams {@code null} for UDP sockets
     */
    static EmbeddedPlatform open(String name, int workers, PacketDevice packets, DatagramTransport datagrams)
            throws IOException {
        LinuxPlatform.Options options = new LinuxPlatform.Options(name, workers);
        LinuxPlatform system = null;
        if (packets == null) {
            system = new LinuxPlatform(options);
        } else if (datagrams == null) {
            system = LinuxPlatform.withoutTun(options);
        }
        return new EmbeddedPlatform(name, workers, packets, datagrams, system);
    }

    /** The link of the program's packets goes up; an interface of the system is set up by others. */
    void up() {
        if (tun instanceof EmbeddedTun own) {
            own.up();
        }
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public RandomSource random() {
        return random;
    }

    @Override
    public Tun tun() {
        return tun;
    }

    @Override
    public Bind bind() {
        return bind;
    }

    @Override
    public WorkerIo workerIo(int worker) {
        WorkerIo io = system == null ? null : system.workerIo(worker);
        if (packets == null && datagrams == null) {
            return io;
        }
        IoCounters counters = io == null ? new IoCounters() : io.counters();
        boolean reads = worker == READER;
        PacketSide packetSide = packets == null ? null : new PacketSide(packets, packetSignal, counters, reads);
        DatagramSide datagramSide =
                datagrams == null ? null : new DatagramSide(datagrams, datagramSignal, counters, reads);
        EmbeddedIo embedded = new EmbeddedIo(io, counters, packetSide, datagramSide);
        if (reads) {
            packetSignal.serve(embedded);
            datagramSignal.serve(embedded);
        }
        return embedded;
    }

    /** The program's datagrams are not separated: the workers receive handshake messages, too. */
    @Override
    public Optional<HandshakeIo> handshakeIo() {
        return datagrams == null ? system.handshakeIo() : Optional.empty();
    }

    @Override
    public void scheduleForHandshakes() {
        if (system != null) {
            system.scheduleForHandshakes();
        }
    }
}
