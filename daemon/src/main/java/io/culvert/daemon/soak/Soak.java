// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.ShutdownGuard;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code culvert soak}: a tunnel between two namespaces, datagrams and transfers by TCP all the time, and faults.
 *
 * <p>One fault comes after another, in an order of the seed. Those that end a daemon come to side B. Side A lives as
 * long as the run, so that what it leaks adds up.
 */
@Command(
        name = "soak",
        description = {
            "Carries traffic between two network namespaces while faults come, one after another, and reports what",
            "became of it. The exit status is 0 if the tunnel came back each time and nothing was damaged or leaked."
        },
        mixinStandardHelpOptions = true)
public final class Soak implements Callable<Integer> {
    private static final int MAX_MINUTES = 100_000;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration HEAL = Duration.ofSeconds(60);
    private static final long CALM_MILLIS = 3_000;
    /** What was sent before a fault arrives before it. */
    private static final long NOTICE_MILLIS = 200;

    @Option(
            names = "--minutes",
            defaultValue = "60",
            paramLabel = "N",
            description = "how long to carry traffic (default: ${DEFAULT-VALUE})")
    private int minutes;

    @Option(names = "--seed", paramLabel = "N", description = "order of the faults (default: chosen, and shown)")
    private Long seed;

    @Spec
    private CommandSpec spec;

    private final long begin = System.nanoTime();
    private final Phase phase = new Phase();
    private final FaultLog faults = new FaultLog();

    /** Made by the command line. */
    public Soak() {}

    @Override
    public Integer call() {
        if (minutes < 1 || minutes > MAX_MINUTES) {
            throw new ParameterException(
                    spec.commandLine(), "--minutes " + minutes + ": expected minutes from 1 to " + MAX_MINUTES);
        }
        return ShutdownGuard.run(this::run, STOP_LIMIT, () -> {
            say("stopped");
            return 1;
        });
    }

    private int run() throws InterruptedException {
        try {
            return run(seed == null ? new Random().nextInt(Integer.MAX_VALUE) : seed);
        } catch (IOException e) {
            System.err.println("culvert soak: error: " + e.getMessage());
            return 1;
        }
    }

    private int run(long order) throws IOException, InterruptedException {
        say("seed " + order);
        try (Testbed testbed = Testbed.create("culvert-soak", 1500);
                Side a = new Side(testbed, 0);
                Side b = new Side(testbed, 1)) {
            Side.introduce(a, b);
            a.start();
            b.start();
            awaitTraffic(a, b);
            Report report = carry(a, b, order);
            System.out.print(report.text());
            return report.violations().isEmpty() ? 0 : 1;
        }
    }

    private Report carry(Side a, Side b, long order) throws IOException, InterruptedException {
        try (DatagramFlow there = DatagramFlow.start(a.namespace(), b.namespace(), b.inside(), phase);
                DatagramFlow back = DatagramFlow.start(b.namespace(), a.namespace(), a.inside(), phase);
                StreamFlow streams = StreamFlow.start(a.namespace(), b.namespace(), b.inside())) {
            long start = System.nanoTime();
            Thread.sleep(CALM_MILLIS);
            Resources first = Resources.of(a);
            Random random = new Random(order);
            List<Fault> waiting = new ArrayList<>();
            while (System.nanoTime() - start < TimeUnit.MINUTES.toNanos(minutes)) {
                if (waiting.isEmpty()) {
                    waiting.addAll(Arrays.asList(Fault.values()));
                    Collections.shuffle(waiting, random);
                }
                Fault fault = waiting.removeFirst();
                inject(fault, fault.endsDaemon() || random.nextBoolean() ? b : a);
                Thread.sleep(CALM_MILLIS);
            }
            there.stopSending();
            back.stopSending();
            Thread.sleep(CALM_MILLIS);
            a.count();
            b.count();
            Map<String, Long> dropped = new TreeMap<>(a.dropped());
            b.dropped().forEach((cause, packets) -> dropped.merge(cause, packets, Long::sum));
            List<String> alarms = new ArrayList<>(a.alarms());
            alarms.addAll(b.alarms());
            return new Report(
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                    order,
                    faults,
                    there.outcome(),
                    back.outcome(),
                    streams.outcome(),
                    dropped,
                    a.handshakes() + b.handshakes(),
                    first,
                    Resources.of(a),
                    Resources.of(b),
                    alarms);
        }
    }

    private void inject(Fault fault, Side side) throws InterruptedException {
        say(fault.title() + ", side " + side.name());
        side.count();
        phase.set(fault.ordinal());
        try {
            Thread.sleep(NOTICE_MILLIS);
            fault.run(side);
            long healing = System.nanoTime();
            awaitTraffic(side, side.peer());
            faults.healed(fault, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healing));
        } catch (IOException e) {
            say("FAILED: " + e.getMessage());
            faults.failed(fault, side, e.getMessage());
        } finally {
            phase.set(Phase.CALM);
        }
    }

    private static void awaitTraffic(Side one, Side other) throws IOException, InterruptedException {
        Pinger.awaitAnswer(one.namespace(), other.inside(), HEAL);
        Pinger.awaitAnswer(other.namespace(), one.inside(), HEAL);
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "[%4d s] %s%n", (System.nanoTime() - begin) / 1_000_000_000, what);
    }
}
