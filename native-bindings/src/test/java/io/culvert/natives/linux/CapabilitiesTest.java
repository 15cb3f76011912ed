// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    /** A thread that has changed its capabilities may wait for a CPU in the handler, long after all others went on. */
    @Test
    void handlerRunsAfterAllThreadsHaveChanged() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=/dev/null",
                        "-cp",
                        "target/classes" + File.pathSeparator + "target/test-classes",
                        LateThread.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("returned");
    }

    /** Changes the capabilities of a process's threads to what they are, and runs the handler afterwards. */
    @SuppressWarnings("restricted")
    static final class LateThread {
        private static final int LAST_CAPABILITY = 40;
        private static final int HEADER = 256;
        private static final int DATA = 512;
        private static final int CODE_BYTES = 64;

        private LateThread() {}

        public static void main(String[] arguments) throws Throwable {
            Set<Integer> all = IntStream.rangeClosed(0, LAST_CAPABILITY).boxed().collect(Collectors.toSet());
            Capabilities.limit(all, all);
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                long page = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
                if (line.contains(" r-xp 00000000 00:00 0") && isHandler(page)) {
                    Linker.nativeLinker()
                            .downcallHandle(
                                    MemorySegment.ofAddress(page), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                            .invoke(0);
                    System.out.println("returned");
                }
            }
        }

        private static boolean isHandler(long page) throws ErrnoException {
            long expected = Memory.allocate(CODE_BYTES, Long.BYTES);
            try {
                Memory.zero(expected, CODE_BYTES);
                CapsetHandler.write(expected, page + HEADER, page + DATA);
                MemorySegment code = MemorySegment.ofAddress(expected).reinterpret(CODE_BYTES);
                return MemorySegment.ofAddress(page).reinterpret(CODE_BYTES).mismatch(code) == -1;
            } finally {
                Memory.free(expected);
            }
        }
    }
}
