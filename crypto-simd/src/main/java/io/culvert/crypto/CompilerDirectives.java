package io.culvert.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Keeps C1 away from the kernels.
 *
 * <p>C1 runs out of registers on them ("out of virtual registers in linear scan"), and HotSpot then often leaves a
 * method at its slowest tier for good, some fifty times slower than C2's code. A compiler directive that excludes C1
 * cures it: the launcher gives it as {@code -XX:CompilerDirectivesFile}; where that flag is missing, as in an embedding
 * program or a test, this class adds the same directive at run time.
 */
final class CompilerDirectives {
    private static final String RESOURCE = "compiler-directives.json";
    private static final System.Logger LOG = System.getLogger(CompilerDirectives.class.getName());

    private static boolean installed;

    private CompilerDirectives() {}

    /** Adds the directive unless the command line did; must come before any kernel first runs. Thread-safe. */
    static synchronized void install() {
        if (installed) {
            return;
        }
        installed = true;
        if (!isGiven("-XX:CompilerDirectivesFile=")) {
            add();
        }
    }

    /** Whether C2 compiles the kernels after a few dozen calls, as the launcher tells it; it cannot be told at run time. */
    static boolean kernelsCompileEarly() {
        return isGiven("-XX:CompileCommand=CompileThresholdScaling,io/culvert/crypto/Kernels");
    }

    private static boolean isGiven(String beginning) {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(argument -> argument.startsWith(beginning));
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
                    "cannot exclude C1 from the AEAD kernels; they may stay slow, and JCE may serve instead",
                    e);
        }
    }
}
