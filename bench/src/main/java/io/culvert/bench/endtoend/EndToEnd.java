package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Condition;
import io.culvert.bench.endtoend.contender.Contender;
import io.culvert.bench.endtoend.contender.Contenders;
import io.culvert.bench.endtoend.contender.Installer;
import io.culvert.bench.endtoend.contender.Tunnel;
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
import java.util.stream.Collectors;

/**
 * Measures tunnels end to end. Each round visits all contenders, each round begins with another one, and each visit has namespaces and
 * tunnels of its own; so what disturbs the machine for a while disturbs all of them alike.
 *
 * <p>For one thread. When that is interrupted, everything is taken down and what was measured so far is the result.
 */
public final class EndToEnd {
    /** The kind of run that it makes. */
    public static final String KIND = "end-to-end";

    private static final String PREFIX = "culvert-bench";
    private static final double OPEN_SECONDS = 3;
    private static final long AFTERMATH_MILLIS = 200;

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Samples samples = new Samples();
    private Progress progress;
    private Plan plan;
    private Schedule schedule;
    private long begin;
    private int round;

    /** For one run. */
    public EndToEnd() {}

    /**
     * Measures what {@code plan} says.
     *
     * @return what was measured; all of it unless the thread was interrupted, which it still is then
     */
    public Run run(Plan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
        begin = System.nanoTime();
        List<Contender> contenders = Contenders.of(plan.contenders(), plan.programs());
        List<Trial> trials = plan.tests().stream().map(Trial::of).distinct().toList();
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
            measure(present(contenders), trials);
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
                        contenders.stream().map(Contender::name).toList()));
    }

    /** The contenders that can be measured; why the others cannot is put down. */
    private List<Contender> present(List<Contender> contenders) throws InterruptedException {
        Installer installer = new Installer(plan.cache(), plan.patient(), progress::say);
        List<Contender> present = new ArrayList<>();
        for (Contender contender : contenders) {
            Optional<String> reason = contender.missing(installer);
            if (reason.isPresent()) {
                fail(contender.name(), reason.get());
            } else {
                present.add(contender);
                facts.put("version of " + contender.name(), contender.version());
            }
        }
        return present;
    }

    private void measure(List<Contender> contenders, List<Trial> trials) throws InterruptedException {
        Map<Condition, List<Trial>> sessions = trials.stream()
                .collect(Collectors.groupingBy(Trial::condition, LinkedHashMap::new, Collectors.toList()));
        double perRound = 0;
        for (Contender contender : contenders) {
            for (Trial trial : trials) {
                trial.unfit(contender).ifPresent(reason -> missing.put(title(contender, trial), reason));
            }
            for (List<Trial> session : sessions.values()) {
                perRound += expected(fit(contender, session));
            }
        }
        schedule = new Schedule(perRound * plan.rounds());
        List<Contender> order = new ArrayList<>(contenders);
        for (round = 1; round <= plan.rounds(); round++) {
            if (round > 1 && isTooLateFor(perRound)) {
                facts.put("shortened", "to %d of %d rounds, to end in time".formatted(round - 1, plan.rounds()));
                return;
            }
            for (Contender contender : order) {
                for (Map.Entry<Condition, List<Trial>> session : sessions.entrySet()) {
                    List<Trial> fit = fit(contender, session.getValue());
                    if (!fit.isEmpty()) {
                        visit(contender, session.getKey(), fit);
                    }
                }
            }
            Collections.rotate(order, -1);
        }
    }

    /** Whether a round that was thought to take so many seconds would end after the plan's limit. */
    private boolean isTooLateFor(double perRound) {
        return plan.limit() > 0 && secondsSince(begin) + schedule.paced(perRound) > plan.limit();
    }

    private static List<Trial> fit(Contender contender, List<Trial> trials) {
        return trials.stream().filter(trial -> trial.unfit(contender).isEmpty()).toList();
    }

    private static String title(Contender contender, Trial trial) {
        return contender.name() + ": " + trial.name();
    }

    /** How long a visit is thought to take, in seconds. */
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

    private void visit(Contender contender, Condition condition, List<Trial> trials) throws InterruptedException {
        double whole = expected(trials);
        double before = schedule.secondsDone();
        long since = System.nanoTime();
        List<Trial> left = new ArrayList<>(trials);
        say(contender, "opening a tunnel" + condition);
        try (Testbed testbed = Testbed.create(PREFIX, condition.mtu());
                Tunnel tunnel = contender.open(testbed, condition)) {
            schedule.add(OPEN_SECONDS, secondsSince(since));
            for (Trial trial : trials) {
                if (trial.measurement().wantsFresh()) {
                    take(contender, tunnel, trial);
                    left.remove(trial);
                }
            }
            warmUp(contender, tunnel, trials);
            for (Trial trial : trials) {
                if (!trial.measurement().wantsFresh()) {
                    take(contender, tunnel, trial);
                    left.remove(trial);
                }
            }
        } catch (IOException e) {
            waitForInterrupt();
            left.forEach(trial -> missing.put(title(contender, trial), inRound(e)));
            progress.say(contender.name() + condition + ": FAILED: " + e.getMessage());
            // What did not take place took no time.
            schedule.add(whole - (schedule.secondsDone() - before), 0);
        }
    }

    private void warmUp(Contender contender, Tunnel tunnel, List<Trial> trials)
            throws IOException, InterruptedException {
        if (plan.warmUp() == 0) {
            return;
        }
        long since = System.nanoTime();
        say(contender, "warming up");
        boolean udp = trials.stream().anyMatch(trial -> trial.measurement().isUdp());
        WarmUp.run(tunnel, plan.warmUp(), udp);
        schedule.add(warmUpSeconds(trials), secondsSince(since));
    }

    private void take(Contender contender, Tunnel tunnel, Trial trial) throws InterruptedException {
        long since = System.nanoTime();
        try {
            List<Sample> taken = trial.measurement().take(tunnel, plan.seconds());
            samples.add(trial.name(), contender.name(), taken);
            Sample first = taken.getFirst();
            say(
                    contender,
                    String.format(
                            Locale.ROOT, "%s: %s %.4g %s", trial.name(), first.metric(), first.value(), first.unit()));
        } catch (IOException e) {
            waitForInterrupt();
            fail(title(contender, trial), inRound(e));
        }
        schedule.add(trial.measurement().duration(plan.seconds()), secondsSince(since));
    }

    private static double secondsSince(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private String inRound(IOException e) {
        return "in round " + round + ": " + e.getMessage();
    }

    private void fail(String what, String reason) {
        missing.put(what, reason);
        progress.say(what + ": " + reason);
    }

    /** A Ctrl-C ends the programs that are under way, a moment before this thread hears of it: then that is no failure of theirs. */
    private static void waitForInterrupt() throws InterruptedException {
        Thread.sleep(AFTERMATH_MILLIS);
    }

    private void say(Contender contender, String what) {
        progress.say(String.format(
                Locale.ROOT, "round %d of %d, %s: %s (%s)", round, plan.rounds(), contender.name(), what, schedule));
    }
}
