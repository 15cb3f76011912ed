// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.seeded.Invariant;
import io.culvert.engine.testkit.seeded.SeededSimulation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulations find faults that are planted in the engine, one of each kind. A simulation takes one core, so two
 * faults are looked for at once: each has classes of its own.
 */
class PlantedFaultsTest {
    private static final int MOST_SEEDS = 1_000;
    private static final String ENGINE = "io.culvert.engine.";
    private static final String PIPELINE = ENGINE + "pipeline.";
    private static final String DEVICE = ENGINE + "device.";
    private static final String NOISE = ENGINE + "noise.";

    /** A fault, and the invariant that it breaks. */
    enum Fault {
        REPLAY_WINDOW_ACCEPTS_TWICE(
                Invariant.ONCE, () -> pipeline("ReceivePath", "commit", NOISE + "ReplayWindow", "accept")),
        NONCES_BEGIN_AGAIN(Invariant.NONCE, () -> pipeline("SendPath", "dispatch", NOISE + "Keypair", "nonce")),
        BUFFERS_OF_A_DAMAGED_TRAIN_ARE_KEPT(
                Invariant.BUFFERS, () -> pipeline("Worker", "freeCommitted", PIPELINE + "Worker", "free")),
        WAKE_UP_IS_LOST(Invariant.WAKE_UP, () -> pipeline("Worker", "attend", PIPELINE + "Worker", "signal")),
        TRAINS_OVERTAKE(
                Invariant.ORDER, () -> pipeline("CommitQueue", "commit", "io.culvert.ring.OrderedQueue", "pollReady")),
        PREVIOUS_OWNER_OF_AN_ADDRESS_GETS_PLAINTEXT(
                Invariant.PLAINTEXT,
                () -> pipeline("SendPath", "destination", ENGINE + "routing.AllowedIps", "lookup4")),
        UNAUTHENTICATED_SENDER_IS_FOLLOWED(
                Invariant.ROAMING, () -> pipeline("ReceivePath", "commit", PIPELINE + "Worker", "committed")),
        KEYS_OF_A_REMOVED_PEER_ARE_KEPT(Invariant.SECRETS, () -> peer("forgetSessions", NOISE + "Keypairs", "clear")),
        TIMERS_ARE_LOST(Invariant.LIVENESS, () -> peer("attend", ENGINE + "timer.PeerTimers", "schedule")),
        STAGED_PACKETS_GROW(
                Invariant.MEMORY, () -> FaultyClasses.constant(DEVICE + "StagedPackets", "add", 128, Short.MAX_VALUE));

        private final Invariant broken;
        private final Supplier<FaultyClasses> classes;

        Fault(Invariant broken, Supplier<FaultyClasses> classes) {
            this.broken = broken;
            this.classes = classes;
        }

        private static FaultyClasses pipeline(String faulty, String method, String owner, String call) {
            return FaultyClasses.redirect(PIPELINE + faulty, method, owner, call, PIPELINE + "Planted");
        }

        private static FaultyClasses peer(String method, String owner, String call) {
            return FaultyClasses.redirect(DEVICE + "Peer", method, owner, call, DEVICE + "PlantedInPeers");
        }
    }

    @BeforeAll
    static void silence() throws ReflectiveOperationException {
        EngineLog.switchOff();
    }

    @AfterAll
    static void restore() throws ReflectiveOperationException {
        EngineLog.switchOn();
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void theFaultIsFound(Fault fault) throws ReflectiveOperationException {
        Method run =
                fault.classes.get().loadClass(SeededSimulation.class.getName()).getMethod("run", long.class);
        int seed = 1;
        while (seed <= MOST_SEEDS && !broken(run, seed).equals(fault.broken.name())) {
            seed++;
        }
        assertThat(seed).isLessThanOrEqualTo(MOST_SEEDS);
    }

    /** The invariant that a simulation of the changed classes breaks, by its name; empty if it breaks none. */
    private static String broken(Method run, long seed) throws ReflectiveOperationException {
        try {
            Object outcome = run.invoke(null, seed);
            Optional<?> violation =
                    (Optional<?>) outcome.getClass().getMethod("violation").invoke(outcome);
            if (violation.isEmpty()) {
                return "";
            }
            Object invariant = violation.get().getClass().getMethod("invariant").invoke(violation.get());
            return ((Enum<?>) invariant).name();
        } catch (InvocationTargetException e) {
            throw new AssertionError("a simulation failed by itself", e.getCause());
        }
    }
}
