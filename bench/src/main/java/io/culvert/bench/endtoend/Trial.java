// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Condition;
import io.culvert.bench.endtoend.implementation.Implementation;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A test: a measurement under a condition, named in results and on the command line such as {@code tcp1@ipv6}.
 *
 * @param name the name of the measurement, followed by the condition
 * @param measurement what to measure
 * @param condition of the tunnel
 */
record Trial(String name, Measurement measurement, Condition condition) {
    private static final Map<String, Measurement> MEASUREMENTS = measurements();
    /** The most peers that {@code wg} configures before a measurement. */
    private static final int MAX_CONFIGURED = 60_000;

    private static Map<String, Measurement> measurements() {
        Map<String, Measurement> all = new LinkedHashMap<>();
        all.put("start", new Start());
        all.put("rest", new Rest());
        all.put("first-seconds", new FirstSeconds());
        all.put("ramp", new Ramp());
        all.put("tcp1", new Throughput());
        all.put("tcp1r", new Throughput("-R"));
        all.put("tcp8", new Throughput("-P", "8"));
        all.put("tcp8r", new Throughput("-P", "8", "-R"));
        all.put("tcp8bidir", new Throughput("-P", "8", "--bidir"));
        all.put("udp1g", new Throughput("-u", "-b", "1G", "-l", "1360"));
        all.put("udpmax-1360", new UdpMax(1360));
        all.put("udpmax-200", new UdpMax(200));
        all.put("ping", Ping.USUAL);
        all.put("ping10ms", new Ping(Duration.ofMillis(10), 1000));
        all.put("ping200ms", new Ping(Duration.ofMillis(200), 100));
        all.put("ping-loaded", new PingUnderLoad(Ping.USUAL));
        all.put("pingload", new PingUnderLoad(new Ping(Duration.ofMillis(10), 1000)));
        all.put("echo60", new Echo(60));
        all.put("echo200", new Echo(200));
        all.put("echo1200", new Echo(1200));
        all.put("small64", new PacketMix(64));
        all.put("small200", new PacketMix(200));
        all.put("imix", new PacketMix(64, 576, 64, 576, 64, 1420, 64, 576, 64, 576, 64, 64));
        all.put("dns50k", new Queries(50_000));
        all.put("voip1000", new Voice(1000));
        all.put("memory", new MemoryUnderLoad());
        all.put("handshakes", new Handshakes());
        all.put("shares", new HubShares());
        all.put("scale", new Scale(1));
        all.put("flood", new Flood(FloodKind.INITIATIONS));
        all.put("flood-data", new Flood(FloodKind.DATA));
        all.put("flood-garbage", new Flood(FloodKind.GARBAGE));
        return all;
    }

    /** The names of all measurements. */
    static List<String> names() {
        return List.copyOf(MEASUREMENTS.keySet());
    }

    /** The reason why an implementation does not support it; empty if it does. */
    Optional<String> unsupportedReason(Implementation implementation) {
        if (measurement.needsWireGuard() && !implementation.isWireGuard()) {
            return Optional.of("is not WireGuard");
        }
        if (measurement.needsProcesses() && !implementation.isProgram()) {
            return Optional.of("runs in the kernel, whose CPU time and memory cannot be attributed");
        }
        return implementation.unsupportedReason(condition);
    }

    /**
     * Finds a test.
     *
     * @throws IllegalArgumentException if the name is unknown, or the measurement is for other topologies
     */
    static Trial of(String name) {
        List<String> words = Arrays.asList(name.split("@"));
        Measurement measurement = MEASUREMENTS.get(words.getFirst());
        if (measurement == null) {
            throw new IllegalArgumentException(
                    "unknown test \"" + words.getFirst() + "\"; known: " + String.join(", ", MEASUREMENTS.keySet()));
        }
        Condition condition = Condition.of(words.subList(1, words.size()));
        measurement.requireTopology(words.getFirst(), condition.topology());
        String full = words.getFirst() + condition;
        if (measurement instanceof Scale) {
            // It adds the peers itself, as they are what it measures.
            return new Trial(full, new Scale(condition.peers()), condition.withPeers(1));
        }
        if (condition.peers() > MAX_CONFIGURED) {
            throw new IllegalArgumentException("test \"" + words.getFirst() + "\" takes at most " + MAX_CONFIGURED
                    + " peers, got " + condition.peers());
        }
        return new Trial(full, measurement, condition);
    }
}
