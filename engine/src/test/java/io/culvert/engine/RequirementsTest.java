// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What programs are told that start the JVM without what the library needs, on the class path. */
class RequirementsTest {
    /** Uses the library. */
    static final class Program {
        public static void main(String[] arguments) {
            try (PrivateKey key = PrivateKey.generate()) {
                System.out.println("key " + key.publicKey());
            }
        }
    }

    /** The output of {@link Program}, both streams, in a JVM with these options. */
    private static String run(String... options) throws IOException {
        String jars =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, "target/classes", "target/test-classes", jars)));
        command.add(Program.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void otherSystemsAreRefusedByName() throws IOException {
        assertThat(run("-Dos.name=Mac OS X", "-Dos.arch=aarch64"))
                .contains("UnsupportedOperationException: Culvert needs Linux 6.1 or later on x86-64 or arm64; "
                        + "this is Mac OS X on aarch64");
        assertThat(run("-Dos.arch=riscv64")).contains("this is Linux on riscv64");
    }

    @Test
    void missingNativeAccessIsExplained() throws IOException {
        assertThat(run())
                .contains("start the JVM with --enable-native-access=ALL-UNNAMED")
                .contains("key ");
        assertThat(run("--enable-native-access=ALL-UNNAMED")).startsWith("key ");
    }

    @Test
    void deniedNativeAccessIsAnErrorThatSaysWhatToAdd() throws IOException {
        assertThat(run("--illegal-native-access=deny"))
                .contains("IllegalStateException: the JVM denies native access: "
                        + "start it with --enable-native-access=ALL-UNNAMED")
                .doesNotContain("key ");
    }
}
