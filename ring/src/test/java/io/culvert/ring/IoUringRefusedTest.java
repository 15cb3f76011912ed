// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.linux_h.ENOMEM;
import static io.culvert.natives.generated.linux_h.ENOSYS;
import static io.culvert.natives.generated.linux_h.EPERM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where io_uring cannot be used there is a reason and no crash. Each case runs in a process of its own. */
class IoUringRefusedTest {
    /** The process: prints the reason. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            System.out.println(IoUring.unavailableReason().orElse("available"));
        }
    }

    @TempDir
    Path directory;

    @Test
    void seccompFilterThatForbids() throws Exception {
        assertThat(runRefused(EPERM)).startsWith("io_uring is forbidden: ");
    }

    @Test
    void seccompFilterThatHides() throws Exception {
        assertThat(runRefused(ENOSYS)).isEqualTo("the kernel has no io_uring, or a seccomp filter hides it");
    }

    @Test
    void memoryLockLimitIsTooLow() throws Exception {
        assertThat(runRefused(ENOMEM)).isEqualTo("io_uring: the memory-lock limit (ulimit -l) is too low");
    }

    @Test
    void libraryCannotBeLoaded() throws Exception {
        // The dynamic linker finds this empty file first.
        Files.writeString(directory.resolve("liburing.so.2"), "");
        ProcessBuilder program = new ProcessBuilder(java());
        program.environment().put("LD_LIBRARY_PATH", directory.toString());
        assertThat(output(program)).startsWith("liburing.so.2 cannot be loaded");
    }

    private String runRefused(int errno) throws Exception {
        String refuse = directory.resolve("refuse").toString();
        try {
            String source = Path.of("src/test/c/refuse.c").toString();
            assertThat(output(new ProcessBuilder("cc", "-o", refuse, source))).isEmpty();
        } catch (IOException e) {
            assumeTrue(false, "there is no C compiler");
        }
        List<String> command = new ArrayList<>(List.of(refuse, Integer.toString(errno)));
        command.addAll(java());
        return output(new ProcessBuilder(command));
    }

    private static List<String> java() throws URISyntaxException {
        List<String> path = new ArrayList<>();
        for (Class<?> type : List.of(IoUring.class, Memory.class, Main.class)) {
            path.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        String program = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                program,
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-cp",
                String.join(":", path),
                Main.class.getName());
    }

    private static String output(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes()).strip();
    }
}
