// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Condition;
import io.culvert.bench.endtoend.implementation.Implementation;
import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.endtoend.implementation.Installer;
import io.culvert.bench.endtoend.implementation.Topology;
import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Measures tunnels end to end. Each round measures all implementations, starting with the next one, in namespaces and
 * tunnels of their own, so that a disturbance of the machine affects all of them alike.
 *
 * <p>For one thread. After an interrupt the namespaces and tunnels are removed, and the result has the samples so far.
 */
public final class EndToEnd {
    /** The kind of its runs. */
    public static final String KIND = "end-to-end";

    private static final String PREFIX = "culvert-bench";
    private static final double OPEN_SECONDS = 3;
    private static final long INTERRUPT_DELAY_MILLIS = 200;

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Samples samples = new Samples();
    private Consumer<String> progress;
    private Plan plan;
    private RemainingTime remaining;
    private long begin;
    private int round;

    /** Measures one run. */
    public EndToEnd() {}

    /**
     * Measures.
     *
     * @param progress receives a line for each step and figure
     * @return the run; incomplete if the thread was interrupted, whose interrupt status is then set
     */
    public Run run(Plan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
        begin = System.nanoTime();
        List<Implementation> implementations = Implementations.of(plan.implementations(), plan.programs());
        List<Trial> trials = plan.tests().stream().map(Trial::of).distinct().toList();
        Installer installer = new Installer(plan.cache(), plan.buildsSlowly(), progress);
        facts.putAll(Machine.facts());
        facts.put(
                "method",
                String.format(
                        Locale.ROOT,
                        "%d interleaved rounds, %d s a measurement, %d s of warm-up",
                        plan.rounds(),
                        plan.seconds(),
                        plan.warmUp()));
        try {
            measure(available(implementations, installer), possible(trials, installer));
        } catch (InterruptedException e) {
            facts.put("stopped", round == 0 ? "before the first round" : "in round " + round + " of " + plan.rounds());
            Thread.currentThread().interrupt();
        }
        return new Run(
                KIND,
                facts,
                missing,
                samples.series(
                        trials.stream().map(Trial::name).toList(),
                        implementations.stream().map(Implementation::name).toList()));
    }

    /** The implementations that can be measured; records the reasons for the others. */
    private List<Implementation> available(List<Implementation> implementations, Installer installer)
            throws InterruptedException {
        List<Implementation> available = new ArrayList<>();
        for (Implementation implementation : implementations) {
            Optional<String> reason = implementation.unavailableReason(installer);
            if (reason.isPresent()) {
                fail(implementation.name(), reason.get());
            } else {
                available.add(implementation);
                facts.put("version of " + implementation.name(), implementation.version());
            }
        }
        return available;
    }

    /** The tests whose topologies this machine can have; records the reasons for the others. */
    private List<Trial> possible(List<Trial> trials, Installer installer) throws InterruptedException {
        List<Trial> possible = new ArrayList<>();
        for (Trial trial : trials) {
            Optional<String> reason = installer.lack(trial.condition().topology());
            if (reason.isPresent()) {
                fail(trial.name(), reason.get());
            } else {
                possible.add(trial);
            }
        }
        return possible;
    }

    private void measure(List<Implementation> implementations, List<Trial> trials) throws InterruptedException {
        Map<Condition, List<Trial>> sessions = trials.stream()
                .collect(Collectors.groupingBy(Trial::condition, LinkedHashMap::new, Collectors.toList()));
        double perRound = 0;
        for (Implementation implementation : implementations) {
            for (Trial trial : trials) {
                trial.unsupportedReason(implementation)
                        .ifPresent(reason -> missing.put(title(implementation, trial), reason));
            }
            for (List<Trial> session : sessions.values()) {
                perRound += expected(fit(implementation, session));
            }
        }
        remaining = new RemainingTime(perRound * plan.rounds());
        List<Implementation> order = new ArrayList<>(implementations);
        for (round = 1; round <= plan.rounds(); round++) {
            if (round > 1 && isTooLateFor(perRound)) {
                facts.put("shortened", "to %d of %d rounds, to end in time".formatted(round - 1, plan.rounds()));
                return;
            }
            for (Implementation implementation : order) {
                for (Map.Entry<Condition, List<Trial>> session : sessions.entrySet()) {
                    List<Trial> fit = fit(implementation, session.getValue());
                    if (!fit.isEmpty()) {
                        session(implementation, session.getKey(), fit);
                    }
                }
            }
            Collections.rotate(order, -1);
        }
    }

    /** Whether a round with an estimate of {@code perRound} seconds would end after the plan's limit. */
    private boolean isTooLateFor(double perRound) {
        return plan.limit() > 0 && secondsSince(begin) + remaining.paced(perRound) > plan.limit();
    }

    private static List<Trial> fit(Implementation implementation, List<Trial> trials) {
        return trials.stream()
                .filter(trial -> trial.unsupportedReason(implementation).isEmpty())
                .toList();
    }

    private static String title(Implementation implementation, Trial trial) {
        return implementation.name() + ": " + trial.name();
    }

    /** The estimated duration of a session, in seconds. */
    private double expected(List<Trial> trials) {
        if (trials.isEmpty()) {
            return 0;
        }
        double seconds = OPEN_SECONDS + warmUpSeconds(trials);
        for (Trial trial : trials) {
            seconds += trial.measurement().duration(plan.seconds());
        }
        return seconds;
    }

    private double warmUpSeconds(List<Trial> trials) {
        boolean udp = trials.stream().anyMatch(trial -> trial.measurement().isUdp());
        return plan.warmUp() + (udp ? WarmUp.udpSeconds(plan.warmUp()) : 0);
    }

    private void session(Implementation implementation, Condition condition, List<Trial> trials)
            throws InterruptedException {
        double whole = expected(trials);
        double before = remaining.secondsDone();
        long since = System.nanoTime();
        List<Trial> left = new ArrayList<>(trials);
        say(implementation, "opening a tunnel" + condition);
        try (Testbed testbed = Testbed.create(PREFIX, condition.mtu());
                Tunnel tunnel = implementation.open(testbed, condition)) {
            remaining.add(OPEN_SECONDS, secondsSince(since));
            for (Trial trial : trials) {
                if (trial.measurement().needsFreshTunnel()) {
                    take(implementation, tunnel, trial);
                    left.remove(trial);
                }
            }
            warmUp(implementation, tunnel, trials);
            for (Trial trial : trials) {
                if (!trial.measurement().needsFreshTunnel()) {
                    take(implementation, tunnel, trial);
                    left.remove(trial);
                }
            }
        } catch (IOException e) {
            waitForInterrupt();
            left.forEach(trial -> missing.put(title(implementation, trial), inRound(e)));
            progress.accept(implementation.name() + condition + ": FAILED: " + e.getMessage());
            // Skipped measurements took no time.
            remaining.add(whole - (remaining.secondsDone() - before), 0);
        }
    }

    private void warmUp(Implementation implementation, Tunnel tunnel, List<Trial> trials)
            throws IOException, InterruptedException {
        // At a hub iperf3 has no other end; the measurement's own traffic warms it up.
        if (plan.warmUp() == 0 || tunnel.condition().topology() == Topology.HUB) {
            return;
        }
        long since = System.nanoTime();
        say(implementation, "warming up");
        boolean udp = trials.stream().anyMatch(trial -> trial.measurement().isUdp());
        WarmUp.run(tunnel, plan.warmUp(), udp);
        remaining.add(warmUpSeconds(trials), secondsSince(since));
    }

    private void take(Implementation implementation, Tunnel tunnel, Trial trial) throws InterruptedException {
        long since = System.nanoTime();
        try {
            List<Sample> taken = trial.measurement().take(tunnel, plan.seconds());
            samples.add(trial.name(), implementation.name(), taken);
            Sample first = taken.getFirst();
            say(
                    implementation,
                    String.format(
                            Locale.ROOT, "%s: %s %.4g %s", trial.name(), first.metric(), first.value(), first.unit()));
        } catch (IOException e) {
            waitForInterrupt();
            fail(title(implementation, trial), inRound(e));
        }
        remaining.add(trial.measurement().duration(plan.seconds()), secondsSince(since));
    }

    private static double secondsSince(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private String inRound(IOException e) {
        return "in round " + round + ": " + e.getMessage();
    }

    private void fail(String what, String reason) {
        missing.put(what, reason);
        progress.accept(what + ": " + reason);
    }

    /**
     * SIGINT may end child processes shortly before this thread is interrupted: wait, so that it does not count as
     * their failure.
     */
    private static void waitForInterrupt() throws InterruptedException {
        Thread.sleep(INTERRUPT_DELAY_MILLIS);
    }

    private void say(Implementation implementation, String what) {
        progress.accept(String.format(
                Locale.ROOT,
                "round %d of %d, %s: %s (%s)",
                round,
                plan.rounds(),
                implementation.name(),
                what,
                remaining));
    }
}
