// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Runs a program for which io_uring_setup fails with EPERM, as in most containers, by a seccomp filter, which execve
 * keeps. To be run as {@code java WithoutIoUring.java PROGRAM ARGUMENT...}
 */
public final class WithoutIoUring {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final long SECCOMP_MODE_FILTER = 2;
    /** The same number on every architecture, as for all system calls added since Linux 5.1. */
    private static final int IO_URING_SETUP = 425;

    private static final int EPERM = 1;

    private WithoutIoUring() {}

    /** Does not return. */
    @SuppressWarnings("restricted") // this program exists to call the C library
    public static void main(String[] arguments) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        MethodHandle execvp = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("execvp"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = program(arena);
            int failed = (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L)
                    | (int) prctl.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program.address(), 0L, 0L);
            if (failed != 0) {
                throw new IllegalStateException("prctl refused the seccomp filter");
            }
            MemorySegment words = arena.allocate(ValueLayout.ADDRESS, arguments.length + 1L);
            for (int i = 0; i < arguments.length; i++) {
                words.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(arguments[i]));
            }
            int result = (int) execvp.invokeExact(arena.allocateFrom(arguments[0]), words);
            throw new IllegalStateException("execvp: " + result);
        }
    }

    /** Classic BPF over struct seccomp_data, whose first word is the number of the system call. */
    private static MemorySegment program(Arena arena) {
        long[] instructions = {
            instruction(0x20, 0, 0, 0), // load word 0
            instruction(0x15, 0, 1, IO_URING_SETUP), // if equal, continue; otherwise skip one
            instruction(0x06, 0, 0, 0x0005_0000 | EPERM), // return SECCOMP_RET_ERRNO
            instruction(0x06, 0, 0, 0x7fff_0000) // return SECCOMP_RET_ALLOW
        };
        MemorySegment filter = arena.allocateFrom(ValueLayout.JAVA_LONG, instructions);
        MemorySegment program = arena.allocate(16, 8);
        program.set(ValueLayout.JAVA_SHORT, 0, (short) instructions.length);
        program.set(ValueLayout.ADDRESS, 8, filter);
        return program;
    }

    /** struct sock_filter: u16 code, u8 jt, u8 jf, u32 k. */
    private static long instruction(int code, int ifTrue, int ifFalse, int value) {
        return code | ifTrue << 16 | ifFalse << 24 | (long) value << 32;
    }
}
