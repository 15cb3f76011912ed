// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import com.google.gson.Gson;
import io.culvert.bench.aead.TrainBenchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Measures the cipher and the pipeline in memory, each paired with the JDK's cipher on the same bytes.
 * {@link Build} runs it in JVMs of its own.
 *
 * <p>The gate also runs it from other commits' builds, earlier and later ones. So its name, its arguments, and the form
 * of its result stay as they are; measurements may come and go.
 */
public final class InMemory {
    /** Prefix of the line with the result, which is JSON. */
    static final String RESULT = "ratios: ";

    private static final List<String> SHAPES = List.of("46x1420", "imix");
    private static final String PIPELINE_SHAPE = MemoryTunnel.PACKETS + "x" + MemoryTunnel.PACKET_BYTES;

    private final String slowdowns;
    private final MemoryTunnel tunnel;
    private final List<TrainBenchmark> trains = new ArrayList<>();

    private InMemory(String slowdowns) throws IOException {
        this.slowdowns = slowdowns;
        tunnel = new MemoryTunnel();
    }

    /** The names of the ratios. */
    static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String shape : SHAPES) {
            names.add(aead("seal", shape));
            names.add(aead("open", shape));
        }
        names.add(pipeline("send"));
        names.add(pipeline("receive"));
        return names;
    }

    private static String aead(String operation, String shape) {
        return "aead " + operation + " " + shape + " / jce";
    }

    private static String pipeline(String direction) {
        return "pipeline " + direction + " " + PIPELINE_SHAPE + " / jce";
    }

    /**
     * Measures, and writes the ratios to stdout.
     *
     * @param arguments rounds, milliseconds per side and round, milliseconds of warm-up per side
     */
    public static void main(String[] arguments) throws IOException {
        InMemory all = new InMemory(System.getProperty(InjectedSlowdown.PROPERTY, ""));
        List<PairedMeasurement> measurements = all.measurements();
        measurements.forEach(measurement -> measurement.warmUp(Long.parseLong(arguments[2])));
        List<Ratio> ratios = measurements.stream()
                .map(measurement -> measurement.measure(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1])))
                .toList();
        all.close();
        System.out.println(RESULT + new Gson().toJson(ratios));
    }

    private List<PairedMeasurement> measurements() {
        List<PairedMeasurement> measurements = new ArrayList<>();
        InjectedSlowdown aeadSlowdown = InjectedSlowdown.of(slowdowns, "aead");
        for (String shape : SHAPES) {
            TrainBenchmark own = train("serving", shape);
            TrainBenchmark reference = train("jce-direct", shape);
            measurements.add(new PairedMeasurement(
                    aead("seal", shape), seal(own, aeadSlowdown), seal(reference, InjectedSlowdown.NONE)));
            measurements.add(new PairedMeasurement(
                    aead("open", shape), open(own, aeadSlowdown), open(reference, InjectedSlowdown.NONE)));
        }
        InjectedSlowdown pipelineSlowdown = InjectedSlowdown.of(slowdowns, "pipeline");
        TrainBenchmark reference = train("jce-direct", PIPELINE_SHAPE);
        measurements.add(new PairedMeasurement(
                pipeline("send"), () -> send(pipelineSlowdown), seal(reference, InjectedSlowdown.NONE)));
        measurements.add(new PairedMeasurement(
                pipeline("receive"), () -> receive(pipelineSlowdown), open(reference, InjectedSlowdown.NONE)));
        return measurements;
    }

    private TrainBenchmark train(String implementation, String shape) {
        TrainBenchmark train = new TrainBenchmark();
        train.implementation = implementation;
        train.shape = shape;
        train.setUp();
        trains.add(train);
        return train;
    }

    private static PairedMeasurement.Operation seal(TrainBenchmark train, InjectedSlowdown slowdown) {
        return () -> {
            long begin = System.nanoTime();
            train.seal();
            return slowdown.end(begin);
        };
    }

    private static PairedMeasurement.Operation open(TrainBenchmark train, InjectedSlowdown slowdown) {
        return () -> {
            long begin = System.nanoTime();
            train.open();
            return slowdown.end(begin);
        };
    }

    private long send(InjectedSlowdown slowdown) {
        long begin = System.nanoTime();
        tunnel.send();
        long nanos = slowdown.end(begin);
        tunnel.receive();
        tunnel.verify();
        return nanos;
    }

    private long receive(InjectedSlowdown slowdown) {
        tunnel.send();
        long begin = System.nanoTime();
        tunnel.receive();
        long nanos = slowdown.end(begin);
        tunnel.verify();
        return nanos;
    }

    private void close() {
        tunnel.close();
        trains.forEach(TrainBenchmark::tearDown);
    }
}
