package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How an end comes up: {@code ready}, from the start of the first end's program until its UAPI answers and its interface is there (the
 * second is not started yet); {@code passage}, from the same start to the first ping answered, the second end's start and what configures both
 * included; {@code memory}, what the larger end has in memory then.
 */
final class Start implements Measurement {
    private static final double MILLIS = 1000;

    /** Made by {@link Trial}. */
    Start() {}

    @Override
    public boolean wantsFresh() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return 0;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException {
        List<Sample> samples = new ArrayList<>();
        tunnel.readySeconds().ifPresent(ready -> samples.add(Sample.cost("ready", "ms", ready * MILLIS)));
        samples.add(Sample.cost("passage", "ms", tunnel.passageSeconds() * MILLIS));
        double resident = Memory.resident(tunnel);
        if (resident > 0) {
            samples.add(Sample.cost("memory", "MiB", resident));
        }
        return samples;
    }
}
