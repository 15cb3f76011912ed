package io.culvert.engine.linux;

import io.culvert.engine.Clock;
import io.culvert.engine.Platform;
import io.culvert.engine.RandomSource;
import io.culvert.engine.WorkerIo;
import io.culvert.engine.tun.TunDevice;
import io.culvert.engine.udp.SocketBind;
import io.culvert.natives.ErrnoException;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

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
     * @param backend how to do I/O
     * @param tunOffload whether super-packets pass the TUN
     * @param udpSegment whether several datagrams are sent in one call (UDP_SEGMENT)
     * @param udpGro whether several datagrams are received in one call (UDP_GRO)
     */
    public record Options(
            String name,
            int tunFd,
            int workers,
            Backend backend,
            boolean tunOffload,
            boolean udpSegment,
            boolean udpGro) {
        /** An interface to be made, with everything that the system has. */
        public Options(String name, int workers) {
            this(name, -1, workers, Backend.AUTO, true, true, true);
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

    /**
     * Opens the interface and finds out what the system can do.
     *
     * @throws IOException when there can be no such interface, or io_uring is demanded and refused
     */
    public LinuxPlatform(Options options) throws IOException {
        whyNotIoUring = options.backend == Backend.PLAIN ? "switched off" : IoUring.whyNot();
        if (options.backend == Backend.IO_URING && whyNotIoUring != null) {
            throw new IOException("no io_uring: " + whyNotIoUring);
        }
        if (options.backend == Backend.AUTO && whyNotIoUring != null) {
            LOG.log(Level.WARNING, "plain system calls instead of io_uring: {0}", whyNotIoUring);
        }
        tun = options.tunFd >= 0
                ? TunDevice.adopt(options.tunFd, options.workers, options.tunOffload)
                : TunDevice.create(options.name, options.workers, options.tunOffload);
        bind = new SocketBind(options.udpSegment, options.udpGro);
    }

    /** Which fast paths are on, and why the others are not. */
    public List<FastPath> fastPaths() {
        String plain = whyNotIoUring == null ? null : whyNotIoUring + "; plain system calls serve";
        return List.of(
                new FastPath("io_uring", plain),
                new FastPath("TUN TCP segmentation (TSO)", tun.whyNotSegmentation()),
                new FastPath("TUN UDP segmentation (USO)", tun.whyNotUdpSegmentation()),
                new FastPath("UDP_SEGMENT", bind.whyNoSegments()),
                new FastPath("UDP_GRO", bind.whyNoGro()));
    }

    /** Whether datagrams may be joined for the TUN. */
    public boolean coalescesUdp() {
        return tun.whyNotUdpSegmentation() == null;
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

    @Override
    public WorkerIo workerIo(int worker) {
        if (whyNotIoUring == null) {
            try {
                return new UringIo(tun, worker);
            } catch (ErrnoException e) {
                LOG.log(Level.WARNING, "worker {0} uses plain system calls: {1}", worker, e.getMessage());
            }
        }
        return new PlainIo(tun, worker);
    }
}
