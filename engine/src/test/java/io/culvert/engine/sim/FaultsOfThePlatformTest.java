// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.FaultyPlatform;
import io.culvert.engine.testkit.FaultyPlatform.Kind;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A fault at every place between the engine and the system, while a device starts, carries traffic and is changed, and
 * ends. The outcome is one of: it goes on, it refuses with words, or it ends loudly; and its close returns.
 */
class FaultsOfThePlatformTest {
    /** Places that the tunnel in memory never comes to. */
    private static final Set<String> UNVISITED = Set.of(
            // Only the kernel segments super-packets in front of a TUN.
            "WorkerIo.softwareSegmentation",
            // The host in memory receives handshake messages through the workers; FaultsOfTheSystemTest has the thread.
            "HandshakeIo.attach",
            "HandshakeIo.await",
            "HandshakeIo.batch",
            "HandshakeIo.close",
            "HandshakeIo.flush",
            "HandshakeIo.receive",
            "HandshakeIo.reply",
            "HandshakeIo.wake",
            // Of a port that is set while the interface is down, or lacks something.
            "Bind.tryOut",
            "UdpPort.retry",
            // Only a TUN with a thread calls these, or one that is removed.
            "Tun.Listener.onTurn",
            "Tun.Listener.onFailure",
            "Tun.Listener.onRemoved",
            // For metrics, and the log.
            "UdpPort.setFwmark",
            "WorkerIo.counters",
            "WorkerIo.runDelay",
            // After ten seconds without input.
            "WorkerIo.discardSurplusMemory",
            "Aead.implementation");

    /** Most of the time they wait. */
    private static final int PARALLEL = 24;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyFaultIsSurvivedRefusedOrEndsTheDeviceLoudly() throws Exception {
        Map<FaultScenario, Future<String>> runs = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        Set<String> visited = new TreeSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(PARALLEL)) {
            for (String place : FaultyPlatform.places()) {
                for (Kind kind : Kind.values()) {
                    if (kind != Kind.REFUSAL || FaultyPlatform.isRefusable(place)) {
                        for (FaultScenario scenario : FaultScenario.of(place, kind)) {
                            runs.put(scenario, threads.submit(scenario::run));
                        }
                    }
                }
            }
            for (Map.Entry<FaultScenario, Future<String>> run : runs.entrySet()) {
                String outcome = run.getValue().get();
                if (run.getKey().hasStruck()) {
                    visited.add(run.getKey().place());
                }
                if (outcome != null) {
                    wrong.add(run.getKey() + ": " + outcome);
                }
            }
        }
        assertThat(wrong).isEmpty();
        Set<String> unvisited = new TreeSet<>(FaultyPlatform.places());
        unvisited.removeAll(visited);
        assertThat(UNVISITED).as("places without a fault").containsAll(unvisited);
    }

    /** The list of seams is complete: every interface of the package, with those inside others. */
    @Test
    void everyInterfaceToTheSystemHasPlaces() throws URISyntaxException {
        Path classes = Path.of(FaultyPlatform.SEAMS
                        .getFirst()
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("io/culvert/engine/io");
        File[] files = classes.toFile().listFiles((directory, name) -> name.endsWith(".class"));
        List<String> interfaces = Stream.of(files)
                .map(file -> "io.culvert.engine.io." + file.getName().replace(".class", ""))
                .filter(FaultsOfThePlatformTest::isSeam)
                .toList();
        List<String> seams = FaultyPlatform.SEAMS.stream().map(Class::getName).toList();
        assertThat(interfaces).isNotEmpty();
        // The engine's own, which the platform calls with what arrived and what was sent.
        assertThat(seams)
                .containsAll(interfaces.stream()
                        .filter(name -> !name.endsWith("$Sink") && !name.endsWith(".SendOwner"))
                        .toList());
    }

    private static boolean isSeam(String name) {
        try {
            return Class.forName(name).isInterface() && !name.endsWith("package-info");
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
