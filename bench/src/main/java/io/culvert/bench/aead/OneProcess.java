// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.process.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures all implementations in one JVM, which has the daemon's options: they take turns of a few milliseconds, so
 * that all of them run on the same core at the same clock, and a disturbance affects all of them. Every other round
 * runs in the reverse order.
 */
public final class OneProcess {
    /** Prefix of the line with the result. */
    private static final String RESULT = "turns: ";

    private static final int ROUNDS = 40;
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final int count;
    private final Map<String, TrainBenchmark> trains = new LinkedHashMap<>();

    /** One operation of one implementation. */
    private interface Operation {
        void run(TrainBenchmark train);
    }

    private OneProcess(String shape, List<String> implementations) {
        count = TrainShape.of(shape).count();
        for (String implementation : implementations) {
            TrainBenchmark train = new TrainBenchmark();
            train.shape = shape;
            train.implementation = implementation;
            train.setUp();
            trains.put(implementation, train);
        }
    }

    /**
     * Measures a shape in a new JVM.
     *
     * @param jvmArguments options of the JVM
     * @return nanoseconds per packet in each round, by implementation, for sealing and for opening
     */
    static List<Map<String, List<Double>>> measure(
            String shape, List<String> implementations, List<String> jvmArguments)
            throws IOException, InterruptedException {
        String result = ChildJvm.run(OneProcess.class, jvmArguments, RESULT, shape, String.join(",", implementations));
        return Stream.of(result.split(";")).map(OneProcess::parse).toList();
    }

    private static Map<String, List<Double>> parse(String operation) {
        Map<String, List<Double>> rounds = new LinkedHashMap<>();
        for (String implementation : operation.strip().split(" ")) {
            String[] parts = implementation.split("=", 2);
            rounds.put(
                    parts[0],
                    Stream.of(parts[1].split(",")).map(Double::valueOf).toList());
        }
        return rounds;
    }

    /**
     * Measures, and writes the nanoseconds per packet to stdout.
     *
     * @param arguments the shape, and the implementations separated by commas
     */
    public static void main(String[] arguments) {
        OneProcess process = new OneProcess(arguments[0], List.of(arguments[1].split(",")));
        String seal = process.rounds(TrainBenchmark::seal);
        String open = process.rounds(TrainBenchmark::open);
        process.trains.values().forEach(TrainBenchmark::tearDown);
        System.out.println(RESULT + seal + ";" + open);
    }

    private String rounds(Operation operation) {
        trains.values().forEach(train -> turn(operation, train, WARM_UP_NANOS));
        List<String> order = new ArrayList<>(trains.keySet());
        Map<String, List<Double>> times = new LinkedHashMap<>();
        order.forEach(implementation -> times.put(implementation, new ArrayList<>()));
        for (int round = 0; round < ROUNDS; round++) {
            for (String implementation : order) {
                times.get(implementation).add(turn(operation, trains.get(implementation), TURN_NANOS));
            }
            Collections.reverse(order);
        }
        return times.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String text(List<Double> nanos) {
        return nanos.stream().map(one -> "%.1f".formatted(one)).collect(Collectors.joining(","));
    }

    /** Runs an operation for some time; returns the nanoseconds per packet. */
    private double turn(Operation operation, TrainBenchmark train, long nanos) {
        long begin = System.nanoTime();
        long now;
        long runs = 0;
        do {
            operation.run(train);
            runs++;
            now = System.nanoTime();
        } while (now - begin < nanos);
        return (double) (now - begin) / runs / count;
    }
}
