// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.command.Logs;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.trust.SigningKey;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures a network of agents, and prints a line for each figure: its name, unit and value, with tabs between them.
 * {@code bin/culvert bench overlay} runs it in a JVM of its own.
 */
public final class OverlayBench {
    private static final long STOP_SECONDS = 20;
    private static final Duration SEEN_LIMIT = Duration.ofMinutes(2);

    private final BenchOptions options;
    private final BenchNetwork network;
    private final ConcurrentMap<Key, Join> joins = new ConcurrentHashMap<>();
    private final long begin = System.nanoTime();

    private OverlayBench(BenchOptions options) {
        this.options = options;
        network = new BenchNetwork(options);
    }

    /** A node that joins, and when agents had it as a peer. */
    private static final class Join {
        private final long[] seenNanos;
        private final AtomicInteger count = new AtomicInteger();
        private final CountDownLatch seen;
        private final long begin = System.nanoTime();

        Join(int expected) {
            seenNanos = new long[expected];
            seen = new CountDownLatch(expected);
        }

        void seen() {
            int place = count.getAndIncrement();
            if (place < seenNanos.length) {
                seenNanos[place] = System.nanoTime() - begin;
                seen.countDown();
            }
        }
    }

    /**
     * Runs it.
     *
     * @param words those of {@link BenchOptions}
     */
    public static void main(String[] words) throws Exception {
        Logs.start("error");
        CountDownLatch finished = new CountDownLatch(1);
        Thread worker = Thread.currentThread();
        // A signal interrupts this thread, which then ends etcd and the relays.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker, finished)));
        int status = 1;
        try {
            new OverlayBench(BenchOptions.of(words)).run();
            status = 0;
        } catch (IOException | ExecutionException | TimeoutException e) {
            System.err.println("culvert bench overlay: error: " + e.getMessage());
        } catch (InterruptedException e) {
            System.err.println("culvert bench overlay: stopped");
        } finally {
            finished.countDown();
        }
        System.exit(status);
    }

    private static void stop(Thread worker, CountDownLatch finished) {
        if (finished.getCount() > 0) {
            worker.interrupt();
        }
        try {
            finished.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() throws Exception {
        Path directory = Files.createTempDirectory("culvert-bench-overlay-");
        try {
            measure(directory);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void measure(Path directory) throws Exception {
        say("starting etcd, and writing the records of %d nodes", options.nodes());
        try (BenchEtcd etcd = new BenchEtcd(directory);
                BenchAgents agents = new BenchAgents(options, etcd, network.enrolmentKey(), this::added)) {
            agents.enrol(network);
            try (BenchRelays relays =
                    BenchRelays.start(options.relays(), etcd, network.enrolmentKey(), directory, options.launcher())) {
                measure(etcd, agents, relays);
            }
        }
    }

    private void measure(BenchEtcd etcd, BenchAgents agents, BenchRelays relays) throws Exception {
        say("restarting all agents with snapshots");
        Snapshot snapshot = agents.snapshot();
        long start = System.nanoTime();
        agents.start(Optional.of(snapshot), relays.addresses());
        figure("restart", "s", (System.nanoTime() - start) / 1e9);
        figure("lists at restart", "", agents.lists());
        say("%d nodes join, %.1f a second", options.joinCount(), options.rate());
        join(agents);
        say("watching the idle network for %d s", options.idleSeconds());
        idle(etcd, agents, relays);
        agents.stop();
        say("starting all agents at once, without snapshots");
        double relay = relays.cpuSeconds();
        double own = ownCpuSeconds();
        start = System.nanoTime();
        agents.start(Optional.empty(), relays.addresses());
        figure("mass start", "s", (System.nanoTime() - start) / 1e9);
        if (options.relays() > 0) {
            figure("mass start, CPU of the relays", "s", relays.cpuSeconds() - relay);
        }
        figure("mass start, CPU of the agents", "s", ownCpuSeconds() - own);
        agents.stop();
    }

    private void added(Key key) {
        Join join = joins.get(key);
        if (join != null) {
            join.seen();
        }
    }

    private static Key randomKey(SplittableRandom random) {
        byte[] bytes = new byte[Key.BYTES];
        random.nextBytes(bytes);
        return new Key(bytes);
    }

    private void join(BenchAgents agents) throws Exception {
        SplittableRandom random = new SplittableRandom();
        long pause = (long) (1e9 / options.rate());
        long next = System.nanoTime();
        for (int number = 0; number < options.joinCount(); number++) {
            Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            next += pause;
            SigningKey identity = SigningKey.generate();
            Key key = randomKey(random);
            var records = network.join(number, identity, key);
            joins.put(key, new Join(network.expectedPeers(number)));
            agents.commit(records);
        }
        for (Map.Entry<Key, Join> join : joins.entrySet()) {
            if (!join.getValue().seen.await(SEEN_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(
                        "a join was not seen by " + join.getValue().seen.getCount() + " agents");
            }
        }
        long[] nanos = joins.values().stream()
                .flatMapToLong(join -> Arrays.stream(join.seenNanos))
                .sorted()
                .toArray();
        figure("join seen p50", "ms", nanos[nanos.length / 2] / 1e6);
        figure("join seen p99", "ms", nanos[(int) (nanos.length * 0.99)] / 1e6);
        figure("join seen max", "ms", nanos[nanos.length - 1] / 1e6);
    }

    private void idle(BenchEtcd etcd, BenchAgents agents, BenchRelays relays) throws Exception {
        Thread.sleep(Duration.ofSeconds(5)); // What the joins left to do.
        long revision = agents.snapshot().revision();
        double store = etcd.cpuSeconds();
        double relay = relays.cpuSeconds();
        double own = ownCpuSeconds();
        Thread.sleep(Duration.ofSeconds(options.idleSeconds()));
        double seconds = options.idleSeconds();
        figure("etcd idle", "% of a core", (etcd.cpuSeconds() - store) / seconds * 100);
        if (options.relays() > 0) {
            figure("relays idle", "% of a core", (relays.cpuSeconds() - relay) / seconds * 100);
        }
        figure("agent idle", "% of a core", (ownCpuSeconds() - own) / seconds * 100 / options.nodes());
        figure("writes while idle", "", agents.snapshot().revision() - revision);
    }

    private static double ownCpuSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                / 1e9;
    }

    private static void figure(String name, String unit, double value) {
        System.out.printf(Locale.ROOT, "figure\t%s\t%s\t%.3f%n", name, unit, value);
    }

    private void say(String what, Object... arguments) {
        System.err.printf(
                Locale.ROOT,
                "[%4d s] %s%n",
                (System.nanoTime() - begin) / 1_000_000_000,
                String.format(Locale.ROOT, what, arguments));
    }
}
