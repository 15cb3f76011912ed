// SPDX-License-Identifier: Apache-2.0
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

/**
 * C2 compiles the kernels while their caller waits, and C1 never does, in a JVM that was started without the compiler
 * directive. The launcher and JMH have tests of their own.
 */
class CompilerTrapTest {
    /** From the JVM's log of compilations: b if the caller waits, tier, method. */
    private static final Pattern COMPILATION =
            Pattern.compile("(b?) +([1-4]) +io\\.culvert\\.crypto\\.Kernels(?:512|256)::(\\w+)");

    private static final Set<String> AWAITED = Set.of("cipher", "absorb");

    @Test
    void embeddingProgramCompilesKernelsByC2Only() throws IOException {
        Assumptions.assumeTrue(IntVector.SPECIES_PREFERRED.vectorBitSize() >= 256, "no vectors of 256 bits");
        check(OtherJvm.embedding(Sealer.class, Sealer.SERVING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector-512", "vector-256"})
    void testJvmCompilesKernelsByC2Only(String implementation) throws IOException {
        List<String> arguments =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        String program = Sealer.class.getModule().getName() + "/" + Sealer.class.getName();
        arguments.addAll(List.of("-m", program, implementation));

        check(arguments);
    }

    /** Starts a JVM with these arguments, and reads its log of compilations until C2 has compiled the kernels. */
    private static void check(List<String> arguments) throws IOException {
        List<String> logging = new ArrayList<>(List.of("-Xlog:jit+compilation=debug"));
        logging.addAll(arguments);
        Process process = OtherJvm.start(logging);
        Set<String> byC1 = new HashSet<>();
        Set<String> byC2 = new HashSet<>();
        Set<String> unawaited = new HashSet<>();
        StringBuilder others = new StringBuilder();
        try (BufferedReader output = process.inputReader()) {
            String line;
            while (!byC2.containsAll(AWAITED) && (line = output.readLine()) != null) {
                Matcher compilation = COMPILATION.matcher(line);
                if (compilation.find()) {
                    String method = compilation.group(3);
                    (compilation.group(2).equals("4") ? byC2 : byC1).add(method);
                    if (compilation.group(1).isEmpty()) {
                        unawaited.add(method);
                    }
                } else if (!line.contains("[jit,compilation]")) {
                    others.append(line).append('\n');
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(byC2).as("compiled by C2; the JVM said: %s", others).containsAll(AWAITED);
        assertThat(byC1).as("compiled by C1").isEmpty();
        assertThat(unawaited).as("interpreted while C2 compiled them").isEmpty();
    }
}
