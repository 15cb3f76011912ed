// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.laws.CrossCompiler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers in the filter of system calls are those of each architecture's headers. */
class SystemCallTest {
    /** From this number on calls have the same one everywhere (Linux 5.1); headers may be older than some of them. */
    private static final int UNIFIED = 424;

    @ParameterizedTest
    @EnumSource
    void numbersAreTheHeaders(Architecture architecture, @TempDir Path directory) throws IOException {
        CrossCompiler compiler = CrossCompiler.valueOf(architecture.name());
        assumeTrue(compiler.isInstalled(), "there is no C compiler for " + compiler + " with its headers");
        StringBuilder source = new StringBuilder("#include <sys/syscall.h>\n#include <linux/audit.h>\n");
        for (SystemCall call : SystemCall.values()) {
            int number = call.number(architecture);
            claim(source, name(call), number);
            if (number >= UNIFIED) {
                assertThat(call.number(Architecture.X86_64)).isEqualTo(call.number(Architecture.AARCH64));
            }
        }
        claim(source, "clone", architecture.clone);
        claim(source, "kill", architecture.kill);
        claim(source, "setns", architecture.setns);
        claim(source, "clone3", Architecture.CLONE3);
        claim(source, "io_uring_setup", Architecture.IO_URING_SETUP);
        source.append("_Static_assert(AUDIT_ARCH_%s == %dU, \"audit\");%n"
                .formatted(architecture, Integer.toUnsignedLong(architecture.audit)));
        assertThat(compiler.check(directory, directory, source.toString())).isEmpty();
        claim(source, "read", architecture.clone);
        assertThat(compiler.check(directory, directory, source.toString())).contains("read");
    }

    private static String name(SystemCall call) {
        return call.name().toLowerCase(Locale.ROOT);
    }

    private static void claim(StringBuilder source, String name, int number) {
        String equal = "_Static_assert(__NR_%s == %d, \"%s\");\n".formatted(name, number, name);
        String known = "#ifdef __NR_%s\n%s#endif\n";
        if (number == SystemCall.NONE) {
            source.append(known.formatted(name, "#error " + name + "\n"));
        } else {
            source.append(number < UNIFIED ? equal : known.formatted(name, equal));
        }
    }
}
