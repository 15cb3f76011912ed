// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.WarmupStatus.State;
import io.culvert.engine.linux.SocketPlatform;
import io.culvert.natives.linux.FilePages;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Warms up the JIT compilers with traffic behind a daemon that serves already. Two devices of its own exchange traffic
 * until the compilers are mostly idle, so that users' packets meet compiled code in which C2 has seen all branches that
 * traffic takes.
 *
 * <p>It stops for good once the daemon's device carries traffic: that warms up the same code, and is not to wait for
 * the compilers' work for any other. Its threads run only while no other thread wants their CPU.
 *
 * <p>The network namespace of its devices is made before the daemon gives its privileges up. The devices, which take a
 * tenth of a second, follow when the AEAD's kernels are compiled, unless traffic came before.
 *
 * <p>Any thread; {@code status} is volatile and written by the warm-up's thread alone.
 */
public final class SelfTrafficWarmup implements Warmup {
    /** How long traffic is carried at most. */
    static final int MAX_MILLIS = 6000;

    /** How long the traffic waits for its first packets to come through, as other programs may have all CPUs. */
    private static final int MAX_WAIT_MILLIS = 60_000;

    /**
     * How long the traffic waits for C2 to compile the AEAD's kernels. Traffic in parallel would delay their
     * compilation, and the warm-up is to run with them.
     */
    private static final int MAX_KERNEL_MILLIS = 10_000;

    private static final Logger LOG = System.getLogger(SelfTrafficWarmup.class.getName());
    /** Two workers take all paths that more do, such as stealing; with more, each would process less. */
    private static final int MAX_WORKERS = 2;

    /** How often the daemon's traffic is looked at. */
    private static final long STEP_MILLIS = 20;
    /** Packets in a step that are traffic: 2,000 a second. Pings, keepalives and handshakes are fewer. */
    private static final long TRAFFIC_PACKETS = 40;

    /** The compilers are looked at after so many steps. */
    private static final int STEPS = 10;
    /** They count as idle if they worked for less than this fraction of the time ... */
    private static final double IDLE_FRACTION = 0.25;
    /** ... and the warm-up ends when they were twice in a row. */
    private static final int IDLE_LOOKS = 2;

    private final Aeads aeads;
    private final CompletableFuture<Void> prepared = new CompletableFuture<>();
    /** Completed with the counter of the daemon's packets when the daemon serves; or without one when it ends. */
    private final CompletableFuture<LongSupplier> served = new CompletableFuture<>();
    /** Written before {@code served} is completed. */
    private Runnable devicesMade;
    /** Confined to the warm-up's thread. */
    private boolean endOfDevicesReported;
    /** Completed with the reason to stop. */
    private final CompletableFuture<String> stop = new CompletableFuture<>();

    private volatile WarmupStatus status = new WarmupStatus(State.WAITING, "", 0);

    private SelfTrafficWarmup(Aeads aeads) {
        this.aeads = aeads;
    }

    /** As {@link Warmup#prepare}. */
    static SelfTrafficWarmup prepare(Aeads aeads, int workers, PlatformSource source) {
        return prepare(aeads, workers, source, DevicePair::namespace);
    }

    /** With a namespace for the devices from {@code namespaces}, which may fail. */
    static SelfTrafficWarmup prepare(
            Aeads aeads, int workers, PlatformSource source, Supplier<Optional<AnonymousNamespace>> namespaces) {
        SelfTrafficWarmup warmup = new SelfTrafficWarmup(aeads);
        Thread.ofPlatform()
                .name("warmup")
                .daemon()
                .start(() -> warmup.run(Math.min(workers, MAX_WORKERS), source, namespaces));
        return warmup;
    }

    @Override
    public void awaitPrivileged() {
        prepared.join();
    }

    @Override
    public void start(LongSupplier packets, Runnable devicesMade) {
        this.devicesMade = devicesMade;
        served.complete(packets);
    }

    @Override
    public void close() {
        stop.complete("the daemon ends");
        served.complete(null);
    }

    @Override
    public WarmupStatus status() {
        return status;
    }

    private void run(int workers, PlatformSource source, Supplier<Optional<AnonymousNamespace>> namespaces) {
        try {
            carryIn(namespace(namespaces), workers, source);
        } catch (IOException e) {
            end(State.IMPOSSIBLE, e.getMessage(), 0);
            LOG.log(
                    Level.INFO,
                    "self-traffic warm-up impossible, throughput is lower in the first seconds: {0}",
                    e.getMessage());
        } catch (RuntimeException | Error e) {
            end(State.IMPOSSIBLE, e.toString(), 0);
            LOG.log(Level.ERROR, "self-traffic warm-up failed, throughput is lower in the first seconds", e);
        } finally {
            reportEndOfDevices();
        }
        if (status.state() == State.DONE) {
            // Now rather than under traffic.
            System.gc();
            releaseFilePages();
        }
    }

    /** Lets the start go on whatever happens. */
    private Optional<AnonymousNamespace> namespace(Supplier<Optional<AnonymousNamespace>> namespaces) {
        try {
            return namespaces.get();
        } finally {
            prepared.complete(null);
        }
    }

    private void carryIn(Optional<AnonymousNamespace> namespace, int workers, PlatformSource source)
            throws IOException {
        try {
            LongSupplier packets = served.join();
            if (packets != null) {
                carry(packets, () -> new DevicePair(aeads, workers, source, namespace));
            }
        } finally {
            namespace.ifPresent(AnonymousNamespace::close);
        }
    }

    private static void releaseFilePages() {
        try {
            FilePages.release();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "pages of files stay mapped: {0}", e.getMessage());
        }
    }

    /** Makes the devices. */
    private interface Devices {
        DevicePair make() throws IOException;
    }

    private void carry(LongSupplier packets, Devices devices) throws IOException {
        long start = System.nanoTime();
        Watch watch = new Watch(packets);
        try (DevicePair pair = make(devices, watch, start)) {
            carry(pair, watch, start);
        }
    }

    /** Makes the devices when the AEAD's kernels are compiled; {@code null} if it is stopped before. */
    private DevicePair make(Devices devices, Watch watch, long start) throws IOException {
        try {
            aeads.warmUp();
            while (!aeads.warmedUp().isDone() && !stop.isDone() && millisSince(start) < MAX_KERNEL_MILLIS) {
                watch.step();
            }
            return stop.isDone() ? null : devices.make();
        } finally {
            reportEndOfDevices();
        }
    }

    /** Once, as soon as no device will be made; after a failure too, which may come before the daemon serves. */
    private void reportEndOfDevices() {
        if (!endOfDevicesReported && served.join() != null) {
            endOfDevicesReported = true;
            devicesMade.run();
        }
    }

    /** Carries traffic between the devices; without any it only says why there are none. */
    private void carry(DevicePair pair, Watch watch, long start) {
        long forward = 0;
        long back = 0;
        if (pair != null) {
            pair.runWhenIdle();
            SocketPlatform.runWhenIdle();
            TrafficGenerator traffic = new TrafficGenerator(pair);
            Thread thread = Thread.ofPlatform().name("warmup-traffic").daemon().start(traffic);
            carry(traffic, watch);
            traffic.end();
            join(thread);
            forward = traffic.kilobytes(false);
            back = traffic.kilobytes(true);
        }
        String reason = stop.getNow("");
        if (reason.isEmpty() && (forward == 0 || back == 0)) {
            reason = "no packet came through in time: no CPU was free, or the loopback interface is down";
        }
        end(reason.isEmpty() ? State.DONE : State.STOPPED, reason, forward + back);
        LOG.log(
                Level.INFO,
                "self-traffic warm-up took {0} ms and carried {1} kB forward and {2} kB back{3}",
                millisSince(start),
                forward,
                back,
                reason.isEmpty() ? "" : "; stopped: " + reason);
    }

    /** Until the compilers are idle, the time is over, or the warm-up is stopped. */
    private void carry(TrafficGenerator traffic, Watch watch) {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long limit = MAX_WAIT_MILLIS;
        long before = compilers.getTotalCompilationTime();
        long lookedAt = start;
        for (int idle = 0, step = 1; idle < IDLE_LOOKS && !stop.isDone() && millisSince(start) < limit; step++) {
            watch.step();
            long forward = traffic.kilobytes(false);
            long back = traffic.kilobytes(true);
            boolean flows = forward > 0 && back > 0;
            status = new WarmupStatus(State.RUNNING, "", forward + back);
            if (flows && limit == MAX_WAIT_MILLIS) {
                start = System.nanoTime();
                limit = MAX_MILLIS;
            }
            if (step % STEPS == 0) {
                long now = compilers.getTotalCompilationTime();
                boolean resting = flows && now - before < IDLE_FRACTION * millisSince(lookedAt);
                idle = resting ? idle + 1 : 0;
                before = now;
                lookedAt = System.nanoTime();
            }
        }
    }

    private void end(State state, String reason, long kilobytes) {
        status = new WarmupStatus(state, reason, kilobytes);
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Watches the daemon's traffic. Confined to the warm-up's thread. */
    private final class Watch {
        private final LongSupplier packets;
        private long before;

        Watch(LongSupplier packets) {
            this.packets = packets;
            before = packets.getAsLong();
        }

        /** Waits for a step; stops the warm-up if the daemon carried traffic in it. */
        void step() {
            try {
                stop.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long now = packets.getAsLong();
                if (now - before >= TRAFFIC_PACKETS) {
                    stop.complete("the tunnel carries traffic");
                }
                before = now;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop.complete("interrupted");
            } catch (ExecutionException e) {
                throw new AssertionError("completed normally only", e);
            }
        }
    }
}
