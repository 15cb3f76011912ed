package io.culvert.engine.linux;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The world of Linux: a TUN interface, UDP sockets, and io_uring or plain system calls to use them with. */
public final class LinuxPlatform implements Platform {
    private static final Logger LOG = System.getLogger(LinuxPlatform.class.getName());

    /** How to do I/O. */
    public enum Backend {
        /** io_uring where it can be used, else plain system calls. */
        AUTO,
        /** io_uring or nothing. */
        IO_URING,
        /** Plain system calls. */
        PLAIN
    }

    /**
     * What to open, and how.
     *
     * @param name the interface to make; not used when {@code tunFd} is given
     * @param tunFd the descriptor of an interface that another program made, or -1
     * @param workers how many TUN queues and sockets of each family
     * @param processors what each worker's thread runs on, of which it is to run nowhere else; empty where that is left to the system
     * @param backend how to do I/O
     * @param offloads those that are off ({@code false}), or on even where this kernel is known to get them wrong
     */
    public record Options(
            String name,
            int tunFd,
            int workers,
            List<Integer> processors,
            Backend backend,
            Map<Offload, Boolean> offloads) {
        /** An interface to be made, with everything that the system has. */
        public Options(String name, int workers) {
            this(name, -1, workers, List.of(), Backend.AUTO, Map.of());
        }
    }

    /**
     * A fast path, and why it is off.
     *
     * @param name what it is called in logs and in the doctor's report
     * @param whyNot the reason why it is off, or {@code null} when it is on
     */
    public record FastPath(String name, String whyNot) {
        @Override
        public String toString() {
            return whyNot == null ? name + ": on" : name + ": off (" + whyNot + ")";
        }
    }

    private final Clock clock = new SystemClock();
    private final RandomSource random = new SystemRandom();
    private final TunDevice tun;
    private final SocketBind bind;
    private final String whyNotIoUring;
    private final List<Integer> processors;
    private final Map<Offload, String> whyNot = new EnumMap<>(Offload.class);

    /**
     * Opens the interface and finds out what the system can do.
     *
     * @throws IOException when there can be no such interface, or io_uring is demanded and refused
     */
    public LinuxPlatform(Options options) throws IOException {
        processors = options.processors;
        whyNotIoUring = options.backend == Backend.PLAIN
                ? "switched off"
                : IoUring.unavailableReason().orElse(null);
        if (options.backend == Backend.IO_URING && whyNotIoUring != null) {
            throw new IOException("no io_uring: " + whyNotIoUring);
        }
        if (options.backend == Backend.AUTO && whyNotIoUring != null) {
            LOG.log(Level.WARNING, "plain system calls instead of io_uring: {0}", whyNotIoUring);
        }
        for (Offload offload : Offload.values()) {
            Boolean asked = options.offloads.get(offload);
            String bug = asked == null ? offload.knownBug(System.getProperty("os.version")) : null;
            settle(offload, () -> Boolean.FALSE.equals(asked) ? "switched off" : bug);
        }
        tun = options.tunFd >= 0
                ? TunDevice.adopt(options.tunFd, options.workers)
                : TunDevice.create(options.name, options.workers);
        settle(Offload.TUN_TSO, () -> tun.offload(true, false));
        settle(Offload.TUN_USO, () -> tun.offload(isOn(Offload.TUN_TSO), true));
        if (!isOn(Offload.TUN_TSO) && !isOn(Offload.TUN_USO)) {
            tun.offload(false, false);
        }
        if (options.tunFd < 0) {
            settle(Offload.TUN_TCP_GRO, () -> tun.whyNotJoined(VirtioNetHeader.GSO_TCPV4));
            settle(Offload.TUN_UDP_GRO, () -> tun.whyNotJoined(VirtioNetHeader.GSO_UDP_L4));
        }
        if (isOn(Offload.TUN_SEGMENT_LIMIT)) {
            tun.limitSegments();
        }
        bind = new SocketBind(isOn(Offload.UDP_GSO), isOn(Offload.UDP_GRO));
        settle(Offload.UDP_GSO, bind::whyNoSegments);
        settle(Offload.UDP_GRO, bind::whyNoGro);
    }

    /** Has an offload that is on until now be off for a reason, if there is one. */
    private void settle(Offload offload, Supplier<String> reason) {
        if (isOn(offload)) {
            whyNot.put(offload, reason.get());
        }
    }

    private boolean isOn(Offload offload) {
        return whyNot.get(offload) == null;
    }

    /** How I/O is done: by io_uring or plainly. */
    public Backend backend() {
        return whyNotIoUring == null ? Backend.IO_URING : Backend.PLAIN;
    }

    /** Which fast paths are on, and why the others are not. */
    public List<FastPath> fastPaths() {
        String plain = whyNotIoUring == null ? null : whyNotIoUring + "; plain system calls serve";
        List<FastPath> paths = new ArrayList<>(List.of(new FastPath("io_uring", plain)));
        whyNot.forEach((offload, reason) -> paths.add(new FastPath(offload.title(), reason)));
        return paths;
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
    public TunDevice tun() {
        return tun;
    }

    @Override
    public SocketBind bind() {
        return bind;
    }

    /**
     * Settles how the calling thread is scheduled: as one that computes, lest each packet interrupt the program that waits for
     * the packet before it; and on its processor only, where one was named.
     */
    private void schedule(int worker) {
        try {
            Linux.schedBatch();
            if (!processors.isEmpty()) {
                Linux.schedSetaffinity(processors.get(worker));
            }
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "worker {0} runs as any thread does: {1}", worker, e.getMessage());
        }
    }

    @Override
    public WorkerIo workerIo(int worker) {
        schedule(worker);
        Set<Offload> on = EnumSet.allOf(Offload.class);
        on.removeIf(offload -> !isOn(offload));
        if (whyNotIoUring == null) {
            try {
                return new UringIo(tun, worker, on);
            } catch (ErrnoException e) {
                LOG.log(Level.WARNING, "worker {0} uses plain system calls: {1}", worker, e.getMessage());
            }
        }
        return new PlainIo(tun, worker, on);
    }
}
