// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.laws.CrossCompiler;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers of system calls and machine code, which differ between architectures, as each one's compiler has them. */
class SystemCallsTest {
    private static final long HEADER = 0x1122334455667788L;
    private static final long DATA = 0x123456789abcdef0L;

    @TempDir
    Path directory;

    private static void assumeInstalled(CrossCompiler compiler) {
        assumeTrue(compiler.isInstalled(), "there is no C compiler for " + compiler + " with its headers");
    }

    @ParameterizedTest
    @EnumSource
    void numbersAreTheHeaders(CrossCompiler compiler) throws IOException {
        assumeInstalled(compiler);
        boolean x86 = compiler == CrossCompiler.X86_64;
        String source = """
                #include <sys/syscall.h>
                #include <sys/timex.h>
                _Static_assert(__NR_seccomp == %d, "seccomp");
                _Static_assert(__NR_adjtimex == %d, "adjtimex");
                _Static_assert(sizeof(struct timex) <= %d, "timex");
                """.formatted(
                        x86 ? Linux.SECCOMP_X86_64 : Linux.SECCOMP,
                        x86 ? Linux.ADJTIMEX_X86_64 : Linux.ADJTIMEX,
                        Linux.TIMEX_BYTES);
        assertThat(compiler.check(directory, directory, source)).isEmpty();
    }

    @Test
    void handlerForX86IsTheAssemblers() throws IOException {
        assumeInstalled(CrossCompiler.X86_64);
        byte[] expected = CrossCompiler.X86_64.assemble(directory, """
                #include <asm/unistd.h>
                mov $__NR_capset, %%eax
                movabs $%d, %%rdi
                movabs $%d, %%rsi
                syscall
                ret
                """.formatted(HEADER, DATA));
        long code = Memory.allocate(CapsetHandler.X86_64_BYTES, 64);
        CapsetHandler.writeX86(code, HEADER, DATA);
        assertThat(bytes(code, CapsetHandler.X86_64_BYTES)).isEqualTo(expected);
        Memory.free(code);
    }

    @Test
    void handlerForArmIsTheAssemblers() throws IOException {
        assumeInstalled(CrossCompiler.AARCH64);
        byte[] expected = CrossCompiler.AARCH64.assemble(directory, """
                #include <asm/unistd.h>
                movz x8, #__NR_capset
                ldr x0, header
                ldr x1, data
                svc #0
                ret
                .balign 8, 0
                header: .quad %d
                data: .quad %d
                """.formatted(HEADER, DATA));
        long code = Memory.allocate(CapsetHandler.AARCH64_BYTES, 64);
        CapsetHandler.writeArm(code, HEADER, DATA);
        assertThat(bytes(code, CapsetHandler.AARCH64_BYTES)).isEqualTo(expected);
        Memory.free(code);
    }

    private static byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = Memory.getByte(address + i);
        }
        return bytes;
    }
}
