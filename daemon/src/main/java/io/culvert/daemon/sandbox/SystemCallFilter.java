// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.sandbox;

import static io.culvert.natives.generated.linux_h.BPF_ABS;
import static io.culvert.natives.generated.linux_h.BPF_JEQ;
import static io.culvert.natives.generated.linux_h.BPF_JGE;
import static io.culvert.natives.generated.linux_h.BPF_JMP;
import static io.culvert.natives.generated.linux_h.BPF_JSET;
import static io.culvert.natives.generated.linux_h.BPF_K;
import static io.culvert.natives.generated.linux_h.BPF_LD;
import static io.culvert.natives.generated.linux_h.BPF_RET;
import static io.culvert.natives.generated.linux_h.BPF_W;
import static io.culvert.natives.generated.linux_h.CLONE_NEWNET;
import static io.culvert.natives.generated.linux_h.ENOSYS;
import static io.culvert.natives.generated.linux_h.EPERM;
import static io.culvert.natives.generated.linux_h.SECCOMP_RET_ALLOW;
import static io.culvert.natives.generated.linux_h.SECCOMP_RET_ERRNO;

import io.culvert.natives.linux.Linux;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of classic BPF that decide on system calls (seccomp(2)). A program sees the number, the architecture and the
 * arguments as numbers; memory that they point to it cannot see.
 */
final class SystemCallFilter {
    // Offsets in struct seccomp_data, and of an argument's low word.
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    /** Set in the numbers of the x32 interface, which nothing here uses. */
    private static final int X32 = 0x4000_0000;

    private static final int CLONE_THREAD = 0x10000;
    private static final int UNKNOWN = SECCOMP_RET_ERRNO | ENOSYS;

    private final List<Long> program = new ArrayList<>();

    private SystemCallFilter() {}

    /**
     * Allows the calls of {@link SystemCall}, and with checked arguments: clone for threads, kill for this process, and
     * setns for network namespaces. All others fail by {@code denied}, those that are not known with ENOSYS, so that
     * the C library takes the call from before.
     *
     * @param denied the action for known calls that are not allowed
     * @return the instructions
     */
    static long[] allowList(Architecture architecture, long pid, int denied) {
        SystemCallFilter filter = new SystemCallFilter();
        filter.begin(architecture, denied);
        for (SystemCall call : SystemCall.values()) {
            int number = call.number(architecture);
            if (number != SystemCall.NONE) {
                filter.allow(number);
            }
        }
        filter.allow(Architecture.IO_URING_SETUP);
        // What it asks for is in memory: see withoutClone3.
        filter.allow(Architecture.CLONE3);
        filter.allowIf(architecture.clone, 0, BPF_JSET, CLONE_THREAD, denied);
        filter.allowIf(architecture.kill, 0, BPF_JEQ, (int) pid, denied);
        filter.allowIf(architecture.setns, 1, BPF_JEQ, CLONE_NEWNET, denied);
        filter.add(BPF_JMP | BPF_JGE | BPF_K, 0, 1, Architecture.LAST_KNOWN + 1);
        filter.result(UNKNOWN);
        filter.result(denied);
        return filter.instructions();
    }

    /**
     * Refuses clone3 with ENOSYS and allows all other calls: the C library then calls clone, whose flags a filter sees.
     * A filter of its own, because the kernel is to log what the other one refuses, but not this.
     */
    static long[] withoutClone3(Architecture architecture) {
        SystemCallFilter filter = new SystemCallFilter();
        filter.begin(architecture, SECCOMP_RET_ALLOW);
        filter.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, Architecture.CLONE3);
        filter.result(UNKNOWN);
        filter.result(SECCOMP_RET_ALLOW);
        return filter.instructions();
    }

    /** Refuses to set up rings of io_uring, and allows all other calls, for which the other filters decide. */
    static long[] withoutRings(Architecture architecture, int denied) {
        SystemCallFilter filter = new SystemCallFilter();
        filter.begin(architecture, denied);
        filter.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, Architecture.IO_URING_SETUP);
        filter.result(denied);
        filter.result(SECCOMP_RET_ALLOW);
        return filter.instructions();
    }

    /** The action that fails a call with EPERM. */
    static int deny() {
        return SECCOMP_RET_ERRNO | EPERM;
    }

    /** Loads the number; calls of another architecture get {@code otherwise}. */
    private void begin(Architecture architecture, int otherwise) {
        load(ARCHITECTURE);
        add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, architecture.audit);
        result(otherwise);
        load(NUMBER);
        if (architecture == Architecture.X86_64) {
            add(BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32);
            result(UNKNOWN);
        }
    }

    private void allow(int number) {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number);
        result(SECCOMP_RET_ALLOW);
    }

    /** Allows a call if the low word of an argument compares with a value. */
    private void allowIf(int number, int argument, int comparison, int value, int otherwise) {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number);
        load(ARGUMENTS + argument * Long.BYTES);
        add(BPF_JMP | comparison | BPF_K, 0, 1, value);
        result(SECCOMP_RET_ALLOW);
        result(otherwise);
    }

    private void load(int offset) {
        add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
    }

    private void result(int action) {
        add(BPF_RET | BPF_K, 0, 0, action);
    }

    private void add(int code, int ifTrue, int ifFalse, int value) {
        program.add(Linux.bpf(code, ifTrue, ifFalse, value));
    }

    private long[] instructions() {
        return program.stream().mapToLong(Long::longValue).toArray();
    }
}
