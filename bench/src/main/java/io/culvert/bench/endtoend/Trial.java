package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Condition;
import io.culvert.bench.endtoend.contender.Contender;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A measurement under a condition: a test, as it is named in results and on the command line, such as {@code tcp1@ipv6}.
 *
 * @param name the measurement's name, and the condition behind it
 * @param measurement what is done
 * @param condition what the tunnel is opened with
 */
record Trial(String name, Measurement measurement, Condition condition) {
    private static final Map<String, Measurement> MEASUREMENTS = measurements();

    private static Map<String, Measurement> measurements() {
        Map<String, Measurement> all = new LinkedHashMap<>();
        all.put("start", new Start());
        all.put("ramp", new Ramp());
        all.put("tcp1", new Throughput());
        all.put("tcp1r", new Throughput("-R"));
        all.put("tcp8", new Throughput("-P", "8"));
        all.put("tcp8r", new Throughput("-P", "8", "-R"));
        all.put("tcp8bidir", new Throughput("-P", "8", "--bidir"));
        all.put("udp1g", new Throughput("-u", "-b", "1G", "-l", "1360"));
        all.put("udpmax-1360", new UdpMax(1360));
        all.put("udpmax-200", new UdpMax(200));
        all.put("ping", new Ping());
        all.put("ping-loaded", new LoadedPing());
        all.put("memory", new Memory());
        all.put("handshakes", new Handshakes());
        return all;
    }

    /** The names of all measurements. */
    static List<String> names() {
        return List.copyOf(MEASUREMENTS.keySet());
    }

    /** Why a contender cannot take it; empty when it can. */
    Optional<String> unfit(Contender contender) {
        if (measurement.wantsWireGuard() && !contender.isWireGuard()) {
            return Optional.of("is not WireGuard");
        }
        if (measurement.wantsPrograms() && !contender.isProgram()) {
            return Optional.of("is the kernel's, whose part is not told apart");
        }
        return contender.unfit(condition);
    }

    /**
     * Finds a test.
     *
     * @throws IllegalArgumentException when there is none of this name
     */
    static Trial of(String name) {
        List<String> words = Arrays.asList(name.split("@"));
        Measurement measurement = MEASUREMENTS.get(words.getFirst());
        if (measurement == null) {
            throw new IllegalArgumentException(
                    "no test " + words.getFirst() + "; there are " + String.join(", ", MEASUREMENTS.keySet()));
        }
        Condition condition = Condition.of(words.subList(1, words.size()));
        return new Trial(words.getFirst() + condition, measurement, condition);
    }
}
