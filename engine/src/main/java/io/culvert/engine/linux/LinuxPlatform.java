// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The platform layer of Linux: a TUN interface, UDP sockets, and I/O on them by io_uring or plain system calls. */
public final class LinuxPlatform implements Platform {
    private static final Logger LOG = System.getLogger(LinuxPlatform.class.getName());
    /**
     * Added to the niceness of threads that work on handshakes. While all CPUs are busy such a thread gets a tenth of
     * one.
     */
    private static final int HANDSHAKE_NICE = 10;

    private static final String SWITCHED_OFF = "switched off";

    /** The system calls used for I/O. */
    public enum Backend {
        /** io_uring if available, else plain system calls. */
        AUTO,
        /** io_uring; an error if it is unavailable. */
        IO_URING,
        /** Plain system calls. */
        PLAIN
    }

    /**
     * What to open, and how.
     *
     * @param name the interface to create; not used if {@code tunFd} is given
     * @param tunFd the file descriptor of an interface that another program created, or -1
     * @param workers the number of TUN queues, and of sockets of each address family
     * @param processors the CPU that each worker's thread is pinned to; empty for no pinning
     * @param backend the system calls used for I/O
     * @param offloads {@code false} switches an offload off, {@code true} on even if this kernel has a known bug in it
     */
    public record Options(
            String name,
            int tunFd,
            int workers,
            List<Integer> processors,
            Backend backend,
            Map<Offload, Boolean> offloads) {
        /** A new interface, with everything that the system supports. */
        public Options(String name, int workers) {
            this(name, -1, workers, List.of(), Backend.AUTO, Map.of());
        }
    }

    private final Clock clock = new SystemClock();
    private final RandomSource random = new SystemRandom();
    private final TunDevice tun;
    private final SocketBind bind;
    private final Optional<String> ioUringUnavailable;
    private final List<Integer> processors;
    /** Why an offload is off; offloads that are on have no entry. */
    private final Map<Offload, String> disabled = new EnumMap<>(Offload.class);

    /**
     * Opens the interface and probes what the system supports.
     *
     * @throws IOException if the interface cannot be created, or io_uring is required and unavailable
     */
    public LinuxPlatform(Options options) throws IOException {
        this(options, true);
    }

    /** Sockets, clocks and random numbers alone, for packets that are not those of an interface. */
    public static LinuxPlatform withoutTun(Options options) throws IOException {
        return new LinuxPlatform(options, false);
    }

    private LinuxPlatform(Options options, boolean hasTun) throws IOException {
        processors = options.processors;
        ioUringUnavailable = options.backend == Backend.PLAIN ? Optional.of(SWITCHED_OFF) : IoUring.unavailableReason();
        if (options.backend == Backend.IO_URING && ioUringUnavailable.isPresent()) {
            throw new IOException("io_uring is required, but unavailable: " + ioUringUnavailable.get());
        }
        for (Offload offload : Offload.values()) {
            Boolean enabled = options.offloads.get(offload);
            if (enabled == null) {
                disable(offload, () -> offload.knownBug(System.getProperty("os.version")));
            } else if (!enabled) {
                disable(offload, () -> Optional.of(SWITCHED_OFF));
            }
        }
        tun = hasTun ? open(options) : null;
        if (hasTun) {
            probeTun(options);
        }
        bind = new SocketBind(
                isOn(Offload.UDP_GSO),
                isOn(Offload.UDP_GRO),
                ioUringUnavailable.isEmpty() ? UringIo.MAX_QUEUES : PlainIo.MAX_QUEUES);
        disable(Offload.UDP_GSO, bind::gsoUnavailableReason);
        disable(Offload.UDP_GRO, bind::groUnavailableReason);
    }

    private static TunDevice open(Options options) throws IOException {
        return options.tunFd >= 0
                ? TunDevice.adopt(options.tunFd, options.workers)
                : TunDevice.create(options.name, options.workers);
    }

    private void probeTun(Options options) {
        enableSegmentation();
        if (options.tunFd < 0) {
            disable(Offload.TUN_TCP_GRO, () -> tun.probeSuperPacket(VirtioNetHeader.GSO_TCPV4));
            disable(Offload.TUN_UDP_GRO, () -> tun.probeSuperPacket(VirtioNetHeader.GSO_UDP_L4));
        }
        if (isOn(Offload.TUN_SEGMENT_LIMIT)) {
            tun.limitSegments();
        }
    }

    /** Has the TUN deliver super-packets, each kind if the kernel can. */
    private void enableSegmentation() {
        disable(Offload.TUN_TSO, () -> tun.offload(true, false, false));
        disable(Offload.TUN_USO, () -> tun.offload(isOn(Offload.TUN_TSO), true, false));
        if (isOn(Offload.TUN_TSO) || isOn(Offload.TUN_USO)) {
            disable(Offload.TUN_TUNNEL_TSO, () -> tun.offload(isOn(Offload.TUN_TSO), isOn(Offload.TUN_USO), true));
        } else {
            disable(Offload.TUN_TUNNEL_TSO, () -> Optional.of("needs tun-tso or tun-uso"));
            tun.offload(false, false, false);
        }
    }

    /** Probes an offload unless it is off already, and switches it off if it is unavailable. */
    private void disable(Offload offload, Supplier<Optional<String>> unavailableReason) {
        if (isOn(offload)) {
            unavailableReason.get().ifPresent(reason -> disabled.put(offload, reason));
        }
    }

    private boolean isOn(Offload offload) {
        return !disabled.containsKey(offload);
    }

    /** The system calls used for I/O: {@link Backend#IO_URING} or {@link Backend#PLAIN}. */
    public Backend backend() {
        return ioUringUnavailable.isEmpty() ? Backend.IO_URING : Backend.PLAIN;
    }

    /** Why plain system calls are used instead of io_uring; empty if io_uring is used. */
    public Optional<String> ioUringUnavailableReason() {
        return ioUringUnavailable;
    }

    /** Which offloads are on, and why the others are off, in the order of {@link Offload}. */
    public List<OffloadState> offloads() {
        return Stream.of(Offload.values())
                .map(offload -> new OffloadState(offload, Optional.ofNullable(disabled.get(offload))))
                .toList();
    }

    /** The offloads that are on. */
    Set<Offload> enabledOffloads() {
        Set<Offload> on = EnumSet.allOf(Offload.class);
        on.removeAll(disabled.keySet());
        return on;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public RandomSource random() {
        return random;
    }

    /** The interface; {@code null} {@linkplain #withoutTun without one}. */
    @Override
    public TunDevice tun() {
        return tun;
    }

    @Override
    public SocketBind bind() {
        return bind;
    }

    /**
     * Sets the scheduling policy and CPU affinity of the calling thread. With SCHED_BATCH (sched(7)) a worker that
     * wakes up does not preempt the application that waits for an earlier packet.
     */
    private void schedule(int worker) {
        try {
            Linux.schedBatch();
            if (!processors.isEmpty()) {
                Linux.schedSetaffinity(processors.get(worker));
            }
        } catch (ErrnoException e) {
            LOG.log(
                    Level.WARNING,
                    "worker {0}: cannot set scheduling policy or CPU affinity: {1}",
                    worker,
                    e.getMessage());
        }
    }

    @Override
    public void scheduleForHandshakes() {
        try {
            Linux.schedBatch();
            Linux.addNice(HANDSHAKE_NICE);
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "cannot set the scheduling policy of a handshake thread: {0}", e.getMessage());
        }
    }

    @Override
    public Optional<HandshakeIo> handshakeIo() {
        return Optional.of(new LinuxHandshakeIo());
    }

    @Override
    public WorkerIo workerIo(int worker) {
        schedule(worker);
        Set<Offload> on = enabledOffloads();
        if (ioUringUnavailable.isEmpty()) {
            try {
                return new UringIo(tun, worker, on);
            } catch (ErrnoException e) {
                LOG.log(
                        Level.WARNING,
                        "worker {0}: cannot set up io_uring, using plain system calls: {1}",
                        worker,
                        e.getMessage());
            }
        }
        return new PlainIo(tun, worker, on);
    }
}
