// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static io.culvert.daemon.demo.Implementation.CULVERT;
import static io.culvert.daemon.demo.Implementation.WIREGUARD_GO;

import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import io.culvert.daemon.testbed.ShutdownGuard;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert demo}: tunnels of Culvert to Culvert, and to wireguard-go in both roles, over IPv4 and IPv6. */
@Command(
        name = "demo",
        description = "Creates two network namespaces, runs tunnels between them and measures them.",
        mixinStandardHelpOptions = true,
        subcommands = OverlayDemo.class)
public final class Demo implements Callable<Integer> {
    private static final List<List<Implementation>> PAIRS =
            List.of(List.of(CULVERT, CULVERT), List.of(CULVERT, WIREGUARD_GO), List.of(WIREGUARD_GO, CULVERT));
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int MAX_SECONDS = 3600;

    @Option(
            names = "--seconds",
            defaultValue = "3",
            description = "duration of each measurement, in seconds (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "8",
            description = "traffic before the first measurement of each tunnel, in seconds (default: ${DEFAULT-VALUE})")
    private int warmUpSeconds;

    @Spec
    private CommandSpec spec;

    private final long begin = System.nanoTime();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** Made by the command line. */
    public Demo() {}

    @Override
    public Integer call() {
        requireSeconds("--seconds", seconds, 1);
        requireSeconds("--warm-up", warmUpSeconds, 0);
        return ShutdownGuard.run(this::run, STOP_LIMIT, () -> {
            say("stopped");
            return 1;
        });
    }

    private void requireSeconds(String option, int value, int least) {
        if (value < least || value > MAX_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " " + value + ": expected seconds from " + least + " to " + MAX_SECONDS);
        }
    }

    private int run() throws InterruptedException {
        try (Testbed testbed = Testbed.create("culvert-demo", 1500)) {
            for (List<Implementation> pair : PAIRS) {
                attempt(pair.get(0) + " to " + pair.get(1), () -> measure(testbed, pair));
            }
        } catch (IOException e) {
            failures.add(e.getMessage());
        }
        System.out.print("\n" + Table.of(rows));
        failures.forEach(failure -> System.out.println("FAILED: " + failure));
        System.out.println(failures.isEmpty() ? "Everything worked." : failures.size() + " failed.");
        return failures.isEmpty() ? 0 : 1;
    }

    /** A step of the demo that may fail. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(String what, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (IOException e) {
            failures.add(what + ": " + e.getMessage());
            say(what + ": FAILED: " + e.getMessage());
        }
    }

    private void measure(Testbed testbed, List<Implementation> pair) throws IOException, InterruptedException {
        say("starting " + pair.get(0) + " and " + pair.get(1));
        try (End left = End.start(pair.get(0), testbed, 0);
                End right = End.start(pair.get(1), testbed, 1)) {
            for (boolean ipv6 : new boolean[] {false, true}) {
                attempt(title(left, right, ipv6), () -> measure(left, right, ipv6));
            }
        }
    }

    private void measure(End left, End right, boolean ipv6) throws IOException, InterruptedException {
        String title = title(left, right, ipv6);
        right.connect(left, null);
        left.connect(right, right.endpoint(ipv6));
        double first = ping(left, right, 1);
        if (!left.hasHandshake() || !right.hasHandshake()) {
            throw new IOException("no handshake");
        }
        if (!ipv6 && warmUpSeconds > 0) {
            say(title + ": handshake done, warming up");
            Flow.run(left, right, false, Load.TCP_8, warmUpSeconds);
        }
        double ping = ping(left, right, 50);
        say(String.format(Locale.ROOT, "%s: handshake and first ping %.1f ms, ping %.2f ms", title, first, ping));
        Row forward = new Row(left.implementation(), right.implementation(), true, ipv6, first, ping);
        Row backward = new Row(right.implementation(), left.implementation(), false, ipv6, first, ping);
        rows.add(forward);
        rows.add(backward);
        for (Load load : Load.values()) {
            attempt(title + ", " + load, () -> run(left, right, false, load, forward));
            attempt(title + " (reverse), " + load, () -> run(left, right, true, load, backward));
        }
    }

    private void run(End left, End right, boolean reverse, Load load, Row row)
            throws IOException, InterruptedException {
        Flow flow = Flow.run(left, right, reverse, load, seconds);
        row.flows().put(load, flow);
        say(String.format(
                Locale.ROOT,
                "%s to %s over %s: %s: %.2f Gbit/s",
                row.from(),
                row.to(),
                row.ipv6() ? "IPv6" : "IPv4",
                load,
                flow.gigabits()));
    }

    private static double ping(End from, End to, int count) throws IOException, InterruptedException {
        RoundTrips trips =
                Pinger.measure(from.namespace(), to.inside(), count, Duration.ofMillis(20), Duration.ofSeconds(10));
        if (trips.lostPercent() > 0) {
            throw new IOException("ping: " + trips.lostPercent() + " % lost");
        }
        return trips.mean() / 1000;
    }

    private static String title(End left, End right, boolean ipv6) {
        return left.implementation() + " to " + right.implementation() + " over " + (ipv6 ? "IPv6" : "IPv4");
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "[%3d s] %s%n", (System.nanoTime() - begin) / 1_000_000_000, what);
    }
}
