// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.io.Clock;
import io.culvert.engine.testkit.FaultyPlatform;
import io.culvert.engine.testkit.FaultyPlatform.Kind;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.MemoryTun;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.ScaledClock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A device with threads, in whose life one fault strikes. */
final class FaultScenario {
    /** When the fault is planted. */
    enum Phase {
        START,
        TRAFFIC,
        CLOSE
    }

    private static final Aeads AEADS = new Aeads(AeadChoice.JCE);
    private static final Clock CLOCK = ScaledClock.realTime();
    private static final int WORKERS = 2;
    private static final int WATCHDOG_SECONDS = 2;
    /** Many times what the watchdog takes. */
    private static final long LIMIT_SECONDS = 40;

    private final String place;
    private final Kind kind;
    private final Phase phase;
    private final MemoryNetwork network = new MemoryNetwork(CLOCK, 1);
    private final MemoryPlatform host =
            new MemoryPlatform(CLOCK, network, "wg1", WORKERS, 1, Node.outer4(1), Node.outer6(1));
    private final FaultyPlatform faults = new FaultyPlatform(host);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean struck;
    private volatile boolean works;
    private volatile Node node;
    /** What a request of the owner met. */
    private volatile Throwable refusal;

    FaultScenario(String place, Kind kind, Phase phase) {
        this.place = place;
        this.kind = kind;
        this.phase = phase;
    }

    /** A scenario for each phase in which the place is come to. */
    static List<FaultScenario> of(String place, Kind kind) {
        boolean ends = place.endsWith(".close") || place.endsWith(".attach") || place.endsWith(".wake");
        return Stream.of(Phase.values())
                .filter(phase -> phase != Phase.CLOSE || ends && kind != Kind.STOP)
                .map(phase -> new FaultScenario(place, kind, phase))
                .toList();
    }

    String place() {
        return place;
    }

    boolean hasStruck() {
        return struck;
    }

    @Override
    public String toString() {
        return kind + " at " + place + " in phase " + phase;
    }

    /** Runs it; returns what is wrong with the outcome, {@code null} if nothing is. */
    String run() throws InterruptedException {
        try (Node other = new Node(CLOCK, network, 2, 1, 2, new DeviceOptions(1, AEADS::create, true))) {
            other.tun().setLink(true);
            Thread owner = Thread.ofPlatform().daemon().start(() -> own(other));
            boolean done = awaitOutcome(owner);
            struck |= faults.hasStruck();
            String wrong = done ? null : "neither an outcome nor a failure that the owner hears of";
            wrong = wrong == null && isSilent(owner, other) ? "it carries nothing, and says nothing" : wrong;
            String notClosed = close();
            struck |= faults.hasStruck();
            faults.clear();
            owner.join();
            return wrong == null ? notClosed : wrong;
        }
    }

    private void own(Node other) {
        try {
            if (phase == Phase.START) {
                faults.plant(place, kind);
            }
            node = new Node(host, faults.platform(), 1, 1, options());
            node.device().onClosed(closed::countDown);
            node.tun().setLink(true);
            connect(other);
            carries(other);
            if (phase == Phase.TRAFFIC) {
                faults.plant(place, kind);
            }
            change(other);
        } catch (RuntimeException | Error e) {
            refusal = e;
        }
    }

    private DeviceOptions options() {
        return new DeviceOptions(
                1, () -> faults.wrap(Aead.class, AEADS.create()), true, MemoryBudget.ofHeap(), WATCHDOG_SECONDS);
    }

    private void connect(Node other) {
        node.addPeer(other, other.outer4);
        other.addPeer(node, null);
    }

    private void reconnect(Node other) {
        node.removePeer(other);
        other.removePeer(node);
        connect(other);
    }

    /** All that an owner does, so that the fault's place is come to. */
    private void change(Node other) {
        node.device().snapshot().close();
        node.tun().setMtu(1400);
        try (DeviceUpdate update =
                new DeviceUpdate(null, OptionalInt.of(Node.PORT + 1), OptionalInt.empty(), false, List.of())) {
            node.apply(update);
        }
        node.tun().setLink(false);
        node.tun().setLink(true);
        node.tun().restart();
        reconnect(other);
        carries(other);
    }

    private boolean carries(Node other) {
        for (int i = 0; i < 40; i++) {
            node.tun().send(node.packet(other, 2 * i, 100), i % WORKERS);
            sleep(25);
            if (!other.received().isEmpty()) {
                other.send(node, 1, 100);
                return true;
            }
        }
        return false;
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the owner is done or hears that the device ends. */
    private boolean awaitOutcome(Thread owner) throws InterruptedException {
        for (long i = 0; i < LIMIT_SECONDS * 20; i++) {
            if (!owner.isAlive() || closed.await(50, TimeUnit.MILLISECONDS)) {
                return true;
            }
            if (kind == Kind.STOP && isStoppedOutside(owner)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a platform does not return from a call that the owner makes before there is a device, or that the TUN
     * makes on a thread of its own: this one has none, and shows no turns.
     */
    private boolean isStoppedOutside(Thread owner) {
        List<StackTraceElement> stack = List.of(owner.getStackTrace());
        return stack.stream().anyMatch(frame -> frame.getMethodName().equals("strike"))
                && (node == null
                        || stack.stream().anyMatch(frame -> frame.getClassName().equals(MemoryTun.class.getName())));
    }

    /** Whether the device lives, but carries nothing although its owner has been told of no failure. */
    private boolean isSilent(Thread owner, Node other) throws InterruptedException {
        if (node == null) {
            return refusal == null && kind != Kind.STOP;
        }
        if (phase == Phase.CLOSE || kind == Kind.STOP && isStoppedOutside(owner)) {
            return false;
        }
        for (int attempt = 0; attempt < 8; attempt++) {
            if (node.device().failure().isPresent() && closed.await(5, TimeUnit.SECONDS)) {
                return false;
            }
            Thread again = Thread.ofPlatform().daemon().start(() -> tryAgain(other));
            again.join(5000);
            if (works) {
                return false;
            }
        }
        return true;
    }

    private void tryAgain(Node other) {
        try {
            reconnect(other);
            works |= carries(other);
        } catch (RuntimeException | Error e) {
            refusal = e;
        }
    }

    /** Closes the device, and waits for that; returns what is wrong. */
    private String close() throws InterruptedException {
        if (node == null) {
            return null;
        }
        if (phase == Phase.CLOSE) {
            faults.plant(place, kind);
        }
        Thread closing = Thread.ofPlatform().daemon().start(() -> {
            try {
                node.close();
            } catch (RuntimeException | Error e) {
                refusal = e;
            }
        });
        if (closing.join(Duration.ofSeconds(LIMIT_SECONDS))) {
            return null;
        }
        // The platform does not return from the closing thread's own call.
        return kind == Kind.STOP && place.equals("Tun.close") ? null : "its close hangs";
    }
}
