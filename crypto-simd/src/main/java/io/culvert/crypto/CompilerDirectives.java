// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Excludes the kernels from C1, and has their callers wait for C2.
 *
 * <p>C1 cannot allocate their registers ("out of virtual registers in linear scan"). HotSpot then often leaves a method
 * at its slowest tier for good, some fifty times slower than C2's code. A compiler directive excludes C1.
 *
 * <p>A caller that went on while C2 compiles would interpret a kernel, hundreds of times slower, and would have C2
 * compile the Vector API's small methods before the kernel, since these are called more often.
 *
 * <p>The launcher passes the directive by {@code -XX:CompilerDirectivesFile}; without that flag, as in an embedding
 * program or a test, this class adds it at run time.
 */
final class CompilerDirectives {
    private static final String RESOURCE = "compiler-directives.json";
    private static final System.Logger LOG = System.getLogger(CompilerDirectives.class.getName());

    private static boolean installed;

    private CompilerDirectives() {}

    /** Adds the directive unless the command line did. To be called before any kernel runs. Thread-safe. */
    static synchronized void install() {
        if (installed) {
            return;
        }
        installed = true;
        if (!hasArgument("-XX:CompilerDirectivesFile=")) {
            add();
        }
    }

    /** Whether the launcher lowered C2's thresholds for the kernels; this cannot be done at run time. */
    static boolean kernelsCompileEarly() {
        return hasArgument("-XX:CompileCommand=CompileThresholdScaling,io/culvert/crypto/Kernels");
    }

    private static boolean hasArgument(String prefix) {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(argument -> argument.startsWith(prefix));
    }

    private static void add() {
        try {
            Path file = Files.createTempFile("culvert-directives", ".json");
            try (InputStream directives = CompilerDirectives.class.getResourceAsStream(RESOURCE)) {
                Files.write(file, directives.readAllBytes());
                ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "compilerDirectivesAdd",
                                new Object[] {new String[] {file.toString()}},
                                new String[] {String[].class.getName()});
            } finally {
                Files.delete(file);
            }
        } catch (IOException | JMException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot exclude the AEAD kernels from C1; they may stay slow, and another implementation may serve",
                    e);
        }
    }
}
