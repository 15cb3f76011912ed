// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.crypto.Aead;
import io.culvert.natives.Memory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the library needs of the system and the JVM: says it in words before anything fails. Any thread. */
final class Requirements {
    private static final Logger LOG = System.getLogger(Requirements.class.getName());
    /** As the JDK names them. */
    private static final Set<String> PROCESSORS = Set.of("amd64", "aarch64");

    private static final AtomicBoolean EXPLAINED = new AtomicBoolean();

    private Requirements() {}

    /**
     * Returns if the library can run here.
     *
     * @throws UnsupportedOperationException on another system than Linux on x86-64 or arm64
     * @throws IllegalStateException if the JVM denies native access
     */
    static void check() {
        String system = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        if (!system.equals("Linux") || !PROCESSORS.contains(processor)) {
            throw new UnsupportedOperationException(
                    "Culvert needs Linux 6.1 or later on x86-64 or arm64; this is " + system + " on " + processor);
        }
        String option = missingOption();
        if (!option.isEmpty() && !EXPLAINED.getAndSet(true)) {
            LOG.log(
                    Level.WARNING,
                    "start the JVM with {0}: without it the JVM warns now, and will refuse later",
                    option);
            useNativeAccess(option);
        }
    }

    /** The option that gives native access to the modules that need it; empty if they have it. */
    private static String missingOption() {
        String modules = Stream.of(Memory.class.getModule(), Aead.class.getModule())
                .filter(module -> !module.isNativeAccessEnabled())
                .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
                .distinct()
                .collect(Collectors.joining(","));
        return modules.isEmpty() ? "" : "--enable-native-access=" + modules;
    }

    private static void useNativeAccess(String option) {
        try {
            Memory.all();
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof IllegalCallerException denied) {
                throw new IllegalStateException("the JVM denies native access: start it with " + option, denied);
            }
            throw e;
        }
    }
}
