// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.demo.SteadyPing.Count;
import io.culvert.daemon.demo.Timeline.Event;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.ShutdownGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert demo overlay}: nodes that find each other through an etcd, which comes and goes. */
@Command(
        name = "overlay",
        description = "Runs an etcd and nodes of an overlay in network namespaces, which join, leave and go on without"
                + " etcd, and shows what it took.",
        mixinStandardHelpOptions = true)
final class OverlayDemo implements Callable<Integer> {
    private static final int LEAST_NODES = 4;
    private static final int MOST_NODES = 50;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    /** So many pings are to be counted for each event. */
    private static final Duration OBSERVATION = Duration.ofSeconds(1);

    @Option(
            names = "--nodes",
            defaultValue = "10",
            description = "how many nodes, from 4 to 50, each with an agent that takes 100 MB (default:"
                    + " ${DEFAULT-VALUE})")
    private int count;

    @Spec
    private CommandSpec spec;

    private final long begin = System.nanoTime();
    private final List<Event> events = new ArrayList<>();
    private final List<OverlayNode> running = new ArrayList<>();
    private final List<SteadyPing> pings = new ArrayList<>();
    private OverlayLab lab;
    private Count total = Count.NONE;

    /** Made by the command line. */
    OverlayDemo() {}

    @Override
    public Integer call() {
        if (count < LEAST_NODES || count > MOST_NODES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nodes " + count + ": expected nodes from " + LEAST_NODES + " to " + MOST_NODES);
        }
        return ShutdownGuard.run(this::run, STOP_LIMIT, () -> {
            say("stopped");
            return 1;
        });
    }

    private int run() throws InterruptedException {
        String failure = "";
        say("making a bridge, an etcd with certificates and an enroller");
        try (OverlayLab made = OverlayLab.create(count)) {
            lab = made;
            try {
                show();
            } finally {
                pings.forEach(SteadyPing::close);
            }
        } catch (IOException e) {
            failure = e.getMessage();
        }
        System.out.print("\n" + Timeline.of(events));
        if (!failure.isEmpty()) {
            System.out.println("FAILED: " + failure);
            return 1;
        }
        if (total.lost() > 0) {
            System.out.println("FAILED: " + total.lost() + " of " + total.sent() + " pings between nodes that stay were"
                    + " lost");
            return 1;
        }
        System.out.println("Everything worked: " + count + " nodes, none of " + total.sent() + " pings lost.");
        return 0;
    }

    private void show() throws IOException, InterruptedException {
        OverlayNode last = lab.nodes().getLast();
        OverlayNode leaving = lab.nodes().get(count - 2);
        for (OverlayNode node : lab.nodes()) {
            say("enrolling " + node.name());
            node.enrol();
        }
        event("node1 to " + leaving.name() + " join", count - 2, () -> {
            for (OverlayNode node : lab.nodes().subList(0, count - 1)) {
                start(node);
            }
            awaitPeers(count - 2);
        });
        for (int from = 0; from + 1 < count - 2; from += 2) {
            ping(lab.nodes().get(from), lab.nodes().get(from + 1));
        }
        event(last.name() + " joins", count - 1, () -> {
            start(last);
            awaitPeers(count - 1);
        });
        event(leaving.name() + " is revoked, and leaves", count - 2, () -> {
            running.remove(leaving);
            lab.enroller("revoke", leaving.name());
            awaitPeers(count - 2);
        });
        leaving.shutDown();
        event("etcd is killed; all agents notice", count - 2, () -> {
            lab.etcd().killMember(0);
            awaitSynced(false);
            awaitPeers(count - 2);
        });
        event(last.name() + " starts anew, without etcd", count - 2, () -> {
            last.shutDown();
            last.start();
            awaitPeers(count - 2);
            Pinger.awaitAnswer(lab.nodes().getFirst().namespace(), last.address(), ANSWER_LIMIT);
        });
        event("etcd is back; all agents are in step", count - 2, () -> {
            lab.etcd().startMember(0);
            awaitSynced(true);
            awaitPeers(count - 2);
        });
    }

    /** Does what an event consists of, and observes the pings for a while. */
    private void event(String what, int peers, Step step) throws IOException, InterruptedException {
        say(what);
        long start = System.nanoTime();
        step.run();
        double after = (System.nanoTime() - start) / 1e9;
        events.add(new Event((start - begin) / 1e9, what, peers, after, Count.NONE));
        Thread.sleep(OBSERVATION);
        Count counted = Count.NONE;
        for (SteadyPing ping : pings) {
            counted = counted.plus(ping.take());
        }
        total = total.plus(counted);
        events.add(events.removeLast().with(counted));
    }

    /** What an event consists of. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void start(OverlayNode node) throws IOException {
        node.start();
        running.add(node);
    }

    /** Begins a ping once the two have a session, so that no ping waits for a handshake. */
    private void ping(OverlayNode from, OverlayNode to) throws IOException, InterruptedException {
        Pinger.awaitAnswer(from.namespace(), to.address(), ANSWER_LIMIT);
        pings.add(new SteadyPing(from.namespace(), to.address(), lab.directory().resolve("ping-" + from.name())));
    }

    private void awaitPeers(int peers) throws IOException, InterruptedException {
        awaitAll("all nodes have " + peers + " peers", node -> node.peers().size() == peers);
    }

    private void awaitSynced(boolean synced) throws IOException, InterruptedException {
        awaitAll(
                synced ? "all agents are in step with etcd" : "all agents have noticed that etcd is gone",
                node -> node.isSynced(synced));
    }

    private void awaitAll(String what, Predicate<OverlayNode> condition) throws IOException, InterruptedException {
        Await.holds(
                what,
                () -> running.stream().allMatch(condition),
                () -> running.stream()
                        .filter(condition.negate())
                        .map(OverlayNode::lastLogged)
                        .collect(Collectors.joining("; ")));
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "[%3d s] %s%n", (System.nanoTime() - begin) / 1_000_000_000, what);
    }
}
