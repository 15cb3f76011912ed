// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.culvert.bench.process.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Measures {@link InMemory} in several JVMs in sequence, so that the compilation decisions of one JVM do not decide the
 * result.
 */
final class ForkedSource implements Source {
    private final int forks;
    private final int rounds;
    private final int sliceMillis;
    private final int warmUpMillis;
    private final List<String> jvmArguments;

    /**
     * A source of in-memory ratios.
     *
     * @param forks the number of JVMs
     * @param rounds in each JVM
     * @param sliceMillis how long each side runs in a round
     * @param warmUpMillis how long each side runs before the first round
     * @param jvmArguments for each JVM
     */
    ForkedSource(int forks, int rounds, int sliceMillis, int warmUpMillis, List<String> jvmArguments) {
        this.forks = forks;
        this.rounds = rounds;
        this.sliceMillis = sliceMillis;
        this.warmUpMillis = warmUpMillis;
        this.jvmArguments = jvmArguments;
    }

    /** Enough JVMs and rounds for figures that repeat, in half a minute. */
    static ForkedSource standard() {
        return slowedBy(0);
    }

    /** The standard measurement, in which each operation of Culvert takes longer by {@code share}. */
    static ForkedSource slowedBy(double share) {
        return new ForkedSource(
                3, 24, 10, 250, List.of("-D" + InjectedSlowdown.PROPERTY + "=aead=" + share + ",pipeline=" + share));
    }

    @Override
    public String title() {
        return "cipher and pipeline in memory, in " + forks + " JVMs";
    }

    @Override
    public Set<String> names() {
        return InMemory.names();
    }

    @Override
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    @Override
    public boolean roundsAreIndependent() {
        return false;
    }

    @Override
    public List<Ratio> measure(Collection<String> wanted, Map<String, String> failures)
            throws IOException, InterruptedException {
        Map<String, Ratio> all = new LinkedHashMap<>();
        for (int i = 0; i < forks; i++) {
            for (Ratio ratio : fork()) {
                all.merge(ratio.name(), ratio, Ratio::and);
            }
        }
        return List.copyOf(all.values());
    }

    private List<Ratio> fork() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xmx256m"));
        options.addAll(jvmArguments);
        String ratios = ChildJvm.run(
                InMemory.class, options, InMemory.RESULT, "" + rounds, "" + sliceMillis, "" + warmUpMillis);
        return new Gson().fromJson(ratios, new TypeToken<List<Ratio>>() {}.getType());
    }
}
