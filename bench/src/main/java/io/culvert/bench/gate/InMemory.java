package io.culvert.bench.gate;

import com.google.gson.Gson;
import io.culvert.bench.aead.TrainBenchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is measured in memory, in a JVM of its own that {@link ForkedSource} starts: the cipher and the pipeline, each beside the JDK's
 * cipher on the same bytes.
 */
public final class InMemory {
    /** Stands before the result, which is a line of JSON. */
    static final String RESULT = "ratios: ";

    private static final List<String> SHAPES = List.of("46x1420", "imix");
    private static final String PIPELINE_SHAPE = MemoryTunnel.PACKETS + "x" + MemoryTunnel.PACKET_BYTES;

    private final String planted;
    private final MemoryTunnel tunnel;
    private final List<TrainBenchmark> trains = new ArrayList<>();

    private InMemory(String planted) throws IOException {
        this.planted = planted;
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
     * @param arguments rounds, milliseconds of a turn, milliseconds of warm-up for each side of each contest
     */
    public static void main(String[] arguments) throws IOException {
        InMemory all = new InMemory(System.getProperty(Plant.PROPERTY, ""));
        List<Contest> contests = all.contests();
        contests.forEach(contest -> contest.warmUp(Long.parseLong(arguments[2])));
        List<Ratio> ratios = contests.stream()
                .map(contest -> contest.measure(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1])))
                .toList();
        all.close();
        System.out.println(RESULT + new Gson().toJson(ratios));
    }

    private List<Contest> contests() {
        List<Contest> contests = new ArrayList<>();
        Plant inAead = Plant.of(planted, "aead");
        for (String shape : SHAPES) {
            TrainBenchmark own = train("serving", shape);
            TrainBenchmark reference = train("jce-direct", shape);
            contests.add(new Contest(aead("seal", shape), seal(own, inAead), seal(reference, Plant.NONE)));
            contests.add(new Contest(aead("open", shape), open(own, inAead), open(reference, Plant.NONE)));
        }
        Plant inPipeline = Plant.of(planted, "pipeline");
        TrainBenchmark reference = train("jce-direct", PIPELINE_SHAPE);
        contests.add(new Contest(pipeline("send"), () -> send(inPipeline), seal(reference, Plant.NONE)));
        contests.add(new Contest(pipeline("receive"), () -> receive(inPipeline), open(reference, Plant.NONE)));
        return contests;
    }

    private TrainBenchmark train(String contender, String shape) {
        TrainBenchmark train = new TrainBenchmark();
        train.contender = contender;
        train.shape = shape;
        train.setUp();
        trains.add(train);
        return train;
    }

    private static Contest.Operation seal(TrainBenchmark train, Plant plant) {
        return () -> {
            long begin = System.nanoTime();
            train.seal();
            return plant.end(begin);
        };
    }

    private static Contest.Operation open(TrainBenchmark train, Plant plant) {
        return () -> {
            long begin = System.nanoTime();
            train.open();
            return plant.end(begin);
        };
    }

    private long send(Plant plant) {
        long begin = System.nanoTime();
        tunnel.send();
        long nanos = plant.end(begin);
        tunnel.receive();
        tunnel.verify();
        return nanos;
    }

    private long receive(Plant plant) {
        tunnel.send();
        long begin = System.nanoTime();
        tunnel.receive();
        long nanos = plant.end(begin);
        tunnel.verify();
        return nanos;
    }

    private void close() {
        tunnel.close();
        trains.forEach(TrainBenchmark::tearDown);
    }
}
