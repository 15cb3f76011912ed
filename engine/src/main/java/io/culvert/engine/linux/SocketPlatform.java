// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.SocketTun;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The platform layer of Linux with a {@link SocketTun} in place of an interface, for traffic of the program's own. It
 * needs no privileges.
 */
public final class SocketPlatform implements Platform {
    private static final Logger LOG = System.getLogger(SocketPlatform.class.getName());

    private final Clock clock = new SystemClock();
    private final RandomSource random = new SystemRandom();
    private final SocketTun tun;
    private final SocketBind bind;
    private final boolean ioUring;
    private final Set<Offload> offloads;

    /** The system calls and offloads that this system supports. */
    public SocketPlatform(String name, int workers) throws IOException {
        this(name, workers, IoUring.unavailableReason().isEmpty(), supported());
    }

    /**
     * Makes the TUN.
     *
     * @param name for logs
     * @param workers the number of queues
     * @param model the platform whose system calls and offloads are used here too
     */
    public SocketPlatform(String name, int workers, LinuxPlatform model) throws IOException {
        this(name, workers, model.backend() == LinuxPlatform.Backend.IO_URING, model.enabledOffloads());
    }

    private SocketPlatform(String name, int workers, boolean ioUring, Set<Offload> offloads) throws IOException {
        this.ioUring = ioUring;
        this.offloads = offloads;
        tun = new SocketTun(name, workers);
        bind = new SocketBind(
                offloads.contains(Offload.UDP_GSO),
                offloads.contains(Offload.UDP_GRO),
                ioUring ? UringIo.MAX_QUEUES : PlainIo.MAX_QUEUES);
    }

    private static Set<Offload> supported() {
        Set<Offload> offloads = EnumSet.allOf(Offload.class);
        offloads.removeIf(
                offload -> offload.knownBug(System.getProperty("os.version")).isPresent());
        return offloads;
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
    public SocketTun tun() {
        return tun;
    }

    @Override
    public SocketBind bind() {
        return bind;
    }

    @Override
    public WorkerIo workerIo(int worker) {
        if (ioUring) {
            try {
                return new UringIo(tun, worker, offloads);
            } catch (ErrnoException e) {
                LOG.log(Level.DEBUG, "{0}: no io_uring: {1}", tun.name(), e.getMessage());
            }
        }
        return new PlainIo(tun, worker, offloads);
    }

    @Override
    public Optional<HandshakeIo> handshakeIo() {
        return Optional.of(new LinuxHandshakeIo());
    }

    @Override
    public void scheduleForHandshakes() {
        // As any thread of the program.
    }

    /** Has the calling thread run only while no other thread of the machine wants its CPU (SCHED_IDLE). */
    public static void runWhenIdle() {
        try {
            Linux.schedIdle();
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "cannot set SCHED_IDLE: {0}", e.getMessage());
        }
    }
}
