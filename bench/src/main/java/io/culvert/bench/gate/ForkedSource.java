package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.culvert.bench.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures {@link InMemory} in a few JVMs, one after the other: what one JVM's compilers decided shall not decide. */
final class ForkedSource implements Source {
    private final int forks;
    private final int rounds;
    private final int turnMillis;
    private final int warmUpMillis;
    private final List<String> jvmArguments;

    /**
     * A source of in-memory ratios.
     *
     * @param forks how many JVMs
     * @param rounds in each
     * @param turnMillis how long each side has in each round
     * @param warmUpMillis how long each side is run before the first round
     * @param jvmArguments for all of them
     */
    ForkedSource(int forks, int rounds, int turnMillis, int warmUpMillis, List<String> jvmArguments) {
        this.forks = forks;
        this.rounds = rounds;
        this.turnMillis = turnMillis;
        this.warmUpMillis = warmUpMillis;
        this.jvmArguments = jvmArguments;
    }

    /** What gives good figures in half a minute. */
    static ForkedSource usual() {
        return new ForkedSource(3, 24, 10, 250, List.of());
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
    public String missing() {
        return "";
    }

    @Override
    public boolean beginsEachRoundAfresh() {
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
        String ratios =
                ChildJvm.run(InMemory.class, options, InMemory.RESULT, "" + rounds, "" + turnMillis, "" + warmUpMillis);
        return new Gson().fromJson(ratios, new TypeToken<List<Ratio>>() {}.getType());
    }
}
