package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C2 compiles the kernels and C1 never does, where nobody gave the JVM the directive. For the launcher and JMH there are tests of theirs. */
class CompilerTrapTest {
    /** From the JVM's log of compilations: tier, method. */
    private static final Pattern COMPILATION =
            Pattern.compile(" ([1-4]) +io\\.culvert\\.crypto\\.Kernels(?:512|256)::(\\w+)");

    private static final Set<String> AWAITED = Set.of("cipher", "absorb");

    @Test
    void programThatEmbedsTheLibraryFallsIntoNone() throws IOException {
        Assumptions.assumeTrue(IntVector.SPECIES_PREFERRED.vectorBitSize() >= 256, "no vectors of 256 bits");
        List<String> words = new ArrayList<>(OtherJvm.embedding(Sealer.class));
        words.add(Sealer.SERVING);

        check(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector-512", "vector-256"})
    void testsFallIntoNone(String implementation) throws IOException {
        List<String> words =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(List.of("-m", Sealer.class.getModule().getName() + "/" + Sealer.class.getName(), implementation));

        check(words);
    }

    /** Starts a JVM with these words, and reads what it compiles until C2 has come to the kernels. */
    private static void check(List<String> words) throws IOException {
        Process process = OtherJvm.start("-Xlog:jit+compilation=debug", words);
        Set<String> byC1 = new HashSet<>();
        Set<String> byC2 = new HashSet<>();
        StringBuilder others = new StringBuilder();
        try (BufferedReader output = process.inputReader()) {
            String line;
            while (!byC2.containsAll(AWAITED) && (line = output.readLine()) != null) {
                Matcher compilation = COMPILATION.matcher(line);
                if (compilation.find()) {
                    (compilation.group(1).equals("4") ? byC2 : byC1).add(compilation.group(2));
                } else if (!line.contains("[jit,compilation]")) {
                    others.append(line).append('\n');
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(byC2).as("compiled by C2; the JVM said: %s", others).containsAll(AWAITED);
        assertThat(byC1).as("compiled by C1").isEmpty();
    }
}
