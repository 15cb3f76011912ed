package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures {@link InMemory} in a few JVMs, one after the other: what one JVM's compilers decided shall not decide. */
final class ForkedSource implements Source {
    private static final int TAIL = 5;

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
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--add-exports=java.base/jdk.internal.misc=" + agrona(),
                "--enable-native-access=" + natives()));
        command.addAll(jvmArguments);
        command.addAll(program());
        command.addAll(List.of("" + rounds, "" + turnMillis, "" + warmUpMillis));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder output = new StringBuilder();
        // Waiting can be interrupted, reading cannot.
        Thread reader = Thread.ofPlatform().daemon().start(() -> collect(process.getInputStream(), output));
        try {
            process.waitFor();
            reader.join();
        } finally {
            process.destroyForcibly();
        }
        return parse(output.toString());
    }

    private static boolean modular() {
        return ForkedSource.class.getModule().isNamed();
    }

    private static String agrona() {
        return modular() ? "org.agrona" : "ALL-UNNAMED";
    }

    private static String natives() {
        return modular() ? "io.culvert.natives,io.culvert.crypto" : "ALL-UNNAMED";
    }

    /** The program as this one runs: from the module path, or from the class path. */
    private static List<String> program() {
        String name = InMemory.class.getName();
        return modular()
                ? List.of(
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "-m",
                        InMemory.class.getModule().getName() + "/" + name)
                : List.of("--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), name);
    }

    private static void collect(InputStream stream, StringBuilder output) {
        try (stream) {
            output.append(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            output.append(e.getMessage());
        }
    }

    private static List<Ratio> parse(String output) throws IOException {
        for (String line : output.lines().toList()) {
            if (line.startsWith(InMemory.RESULT)) {
                return new Gson()
                        .fromJson(line.substring(InMemory.RESULT.length()), new TypeToken<List<Ratio>>() {}.getType());
            }
        }
        List<String> lines = output.lines().toList();
        throw new IOException("the measuring JVM gave no result: "
                + String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
}
