// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static io.culvert.natives.generated.linux_h.CLOCK_BOOTTIME;
import static io.culvert.natives.generated.linux_h.EFD_CLOEXEC;
import static io.culvert.natives.generated.linux_h.EFD_NONBLOCK;
import static io.culvert.natives.generated.linux_h.O_CLOEXEC;
import static io.culvert.natives.generated.linux_h.SOCK_CLOEXEC;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.rlimit;
import io.culvert.natives.generated.sched_param;
import io.culvert.natives.generated.sock_filter;
import io.culvert.natives.generated.sock_fprog;
import io.culvert.natives.generated.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Linux system calls with Java types. There are two kinds:
 *
 * <ul>
 *   <li>control calls throw {@link ErrnoException}; any thread may make them;
 *   <li>data calls take a {@link CallState}, neither allocate nor throw, and return a count or the negative error
 *       number (such as {@code -EAGAIN}). They do not repeat a call after {@code EINTR}.
 * </ul>
 *
 * <p>Addresses name memory from {@link Memory}. File descriptors made here are close-on-exec.
 */
public final class Linux {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The number of the system call, for which the C library has no function: on x86-64 and on newer architectures. */
    static final int SECCOMP_X86_64 = 317;

    static final int SECCOMP = 277;

    static final int ADJTIMEX_X86_64 = 159;

    static final int ADJTIMEX = 171;
    /** More than a {@code struct timex} has. */
    static final int TIMEX_BYTES = 256;
    /** TIME_ERROR. */
    private static final int CLOCK_UNSYNCHRONIZED = 5;

    private static final ThreadLocal<CallState> STATE = ThreadLocal.withInitial(CallState::new);
    private static final ThreadLocal<MemorySegment> TIME =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(timespec.layout()));

    private Linux() {}

    private static int checked(CallState state, int result, String call) throws ErrnoException {
        if (result == -1) {
            throw new ErrnoException(call, state.errno());
        }
        return result;
    }

    // Control calls: sockets

    /** Makes a socket; {@code SOCK_CLOEXEC} is added to {@code type}. */
    public static int socket(int domain, int type, int protocol) throws ErrnoException {
        CallState state = STATE.get();
        return checked(state, linux_h.socket(state.segment(), domain, type | SOCK_CLOEXEC, protocol), "socket");
    }

    /**
     * Makes two sockets that are connected with each other; {@code SOCK_CLOEXEC} is added to {@code type}.
     *
     * @return the descriptor of one in the high word, that of the other in the low word
     */
    public static long socketpair(int domain, int type) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(2 * JAVA_INT.byteSize(), JAVA_INT.byteSize());
            int result = linux_h.socketpair(state.segment(), domain, type | SOCK_CLOEXEC, 0, pair.address());
            checked(state, result, "socketpair");
            return (long) pair.getAtIndex(JAVA_INT, 0) << Integer.SIZE | pair.getAtIndex(JAVA_INT, 1);
        }
    }

    /** Binds to the {@code length}-byte socket address at {@code address}. */
    public static void bind(int fd, long address, int length) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.bind(state.segment(), fd, address, length), "bind");
    }

    /** Connects to the {@code length}-byte socket address at {@code address}. */
    public static void connect(int fd, long address, int length) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.connect(state.segment(), fd, address, length), "connect");
    }

    /** Writes the socket's own address to {@code address}, at most {@code capacity} bytes; returns its full length. */
    public static int getsockname(int fd, long address, int capacity) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, capacity);
            checked(state, linux_h.getsockname(state.segment(), fd, address, length.address()), "getsockname");
            return length.get(JAVA_INT, 0);
        }
    }

    /** Sets an option whose value is an int. */
    public static void setsockopt(int fd, int level, int option, int value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            setsockopt(fd, level, option, arena.allocateFrom(JAVA_INT, value).address(), 4);
        }
    }

    /** Sets an option to the {@code length} bytes at {@code value}. */
    public static void setsockopt(int fd, int level, int option, long value, int length) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.setsockopt(state.segment(), fd, level, option, value, length), "setsockopt");
    }

    /** Reads an option whose value is an int. */
    public static int getsockopt(int fd, int level, int option) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(4, 4);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
            int result = linux_h.getsockopt(state.segment(), fd, level, option, value.address(), length.address());
            checked(state, result, "getsockopt");
            return value.get(JAVA_INT, 0);
        }
    }

    /** Reads an option into the {@code length} bytes at {@code value}; bytes beyond the option's size are zeroed. */
    public static void getsockopt(int fd, int level, int option, long value, int length) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capacity = arena.allocateFrom(JAVA_INT, length);
            Memory.zero(value, length);
            int result = linux_h.getsockopt(state.segment(), fd, level, option, value, capacity.address());
            checked(state, result, "getsockopt");
        }
    }

    // Control calls: descriptors

    /** Opens a file; {@code O_CLOEXEC} is added to {@code flags}. A new file gets mode 0600. */
    public static int open(String path, int flags) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            return checked(state, linux_h.open(state.segment(), name, flags | O_CLOEXEC, 0600), "open " + path);
        }
    }

    /** Closes a descriptor. It is closed even if this throws: never close it twice. */
    public static void close(int fd) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.close(state.segment(), fd), "close");
    }

    /** Makes {@code target} a duplicate of {@code source}; closes the former {@code target}. */
    public static void dup2(int source, int target) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.dup2(state.segment(), source, target), "dup2");
    }

    /** Makes a device control call whose argument is an address or a number. */
    public static int ioctl(int fd, long request, long argument) throws ErrnoException {
        CallState state = STATE.get();
        int result = linux_h.ioctl(state.segment(), fd, request, argument);
        return checked(state, result, "ioctl 0x" + Long.toHexString(request));
    }

    /** Reads or changes a descriptor's flags. */
    public static int fcntl(int fd, int command, long argument) throws ErrnoException {
        CallState state = STATE.get();
        return checked(state, linux_h.fcntl(state.segment(), fd, command, argument), "fcntl");
    }

    /** Makes a non-blocking event counter. */
    public static int eventfd() throws ErrnoException {
        CallState state = STATE.get();
        return checked(state, linux_h.eventfd(state.segment(), 0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    }

    /** Makes a non-blocking timer on a clock, to be set by {@link #timerfdSettime}. */
    public static int timerfd(int clock) throws ErrnoException {
        CallState state = STATE.get();
        int flags = linux_h.TFD_CLOEXEC | linux_h.TFD_NONBLOCK;
        return checked(state, linux_h.timerfd_create(state.segment(), clock, flags), "timerfd_create");
    }

    // Control calls: process and threads

    /** Moves the calling thread into the namespace {@code fd}; {@code type} is a {@code CLONE_NEW...}, or 0 for any. */
    public static void setns(int fd, int type) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.setns(state.segment(), fd, type), "setns");
    }

    /**
     * Moves the calling thread into new namespaces of the kinds in {@code flags} (such as CLONE_NEWNET). Threads that
     * it starts later inherit them.
     */
    public static void unshare(int flags) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.unshare(state.segment(), flags), "unshare");
    }

    /** Sets the niceness, -20 to 19, of the calling thread. Threads that it starts later inherit it. */
    public static void nice(int nice) throws ErrnoException {
        CallState state = STATE.get();
        checked(state, linux_h.setpriority(state.segment(), linux_h.PRIO_PROCESS, 0, nice), "setpriority");
    }

    /** Adds {@code increment}, at least 0, to the niceness of the calling thread, up to 19. */
    public static void addNice(int increment) {
        // It has no error for increments that are not negative; -1 is a niceness too.
        linux_h.nice(STATE.get().segment(), increment);
    }

    /** Pins the calling thread to one CPU. */
    public static void schedSetaffinity(int cpu) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            long bytes = (cpu / Long.SIZE + 1) * (long) Long.BYTES;
            MemorySegment mask = arena.allocate(bytes, Long.BYTES);
            mask.set(JAVA_BYTE, cpu / 8, (byte) (1 << cpu % 8));
            int result = linux_h.sched_setaffinity(state.segment(), 0, bytes, mask.address());
            checked(state, result, "sched_setaffinity to CPU " + cpu);
        }
    }

    /** Sets SCHED_BATCH for the calling thread: its wake-ups preempt no other thread. */
    public static void schedBatch() throws ErrnoException {
        schedule(linux_h.SCHED_BATCH);
    }

    /** Sets SCHED_IDLE for the calling thread: it runs while no thread of another policy wants its CPU. */
    public static void schedIdle() throws ErrnoException {
        schedule(linux_h.SCHED_IDLE);
    }

    private static void schedule(int policy) throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            long priority = arena.allocate(sched_param.layout()).address();
            int result = linux_h.sched_setscheduler(state.segment(), 0, policy, priority);
            checked(state, result, "sched_setscheduler");
        }
    }

    /**
     * Forbids core dumps of this process, and the reading of its memory by unprivileged processes (PR_SET_DUMPABLE).
     * Its files in /proc belong to root then.
     */
    public static void disableCoreDumps() throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            // Both zero: neither the soft nor the hard limit allows a byte.
            long limit = arena.allocate(rlimit.layout()).address();
            checked(state, linux_h.setrlimit(state.segment(), linux_h.RLIMIT_CORE, limit), "setrlimit RLIMIT_CORE");
        }
        checked(state, linux_h.prctl(state.segment(), linux_h.PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl PR_SET_DUMPABLE");
    }

    /** The calling thread and its children get no privileges by execve(2) any more. */
    public static void noNewPrivileges() throws ErrnoException {
        CallState state = STATE.get();
        int result = linux_h.prctl(state.segment(), linux_h.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        checked(state, result, "prctl PR_SET_NO_NEW_PRIVS");
    }

    /** An instruction of classic BPF: its code, the jumps of a comparison, and its operand. */
    public static long bpf(int code, int ifTrue, int ifFalse, int operand) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) operand << Integer.SIZE;
    }

    /**
     * Adds a filter of system calls (seccomp(2)) to all threads of the process, for good. It needs {@link
     * #noNewPrivileges}, which all threads get too.
     *
     * @param instructions a program of {@link #bpf} instructions
     * @param log whether the kernel logs the calls that the filter refuses
     */
    public static void filterSystemCalls(long[] instructions, boolean log) throws ErrnoException {
        CallState state = STATE.get();
        long filter = Memory.allocate(sock_fprog.sizeof() + instructions.length * sock_filter.sizeof(), Long.BYTES);
        long program = filter + sock_fprog.sizeof();
        try {
            for (int i = 0; i < instructions.length; i++) {
                Memory.putLong(program + i * sock_filter.sizeof(), instructions[i]);
            }
            sock_fprog.len(filter, (short) instructions.length);
            sock_fprog.filter(filter, program);
            // Without SPEC_ALLOW older kernels switch off speculation, which costs each system call and more.
            long flags = linux_h.SECCOMP_FILTER_FLAG_TSYNC
                    | linux_h.SECCOMP_FILTER_FLAG_SPEC_ALLOW
                    | (log ? linux_h.SECCOMP_FILTER_FLAG_LOG : 0);
            long number = System.getProperty("os.arch").equals("amd64") ? SECCOMP_X86_64 : SECCOMP;
            long result = linux_h.syscall(state.segment(), number, linux_h.SECCOMP_SET_MODE_FILTER, flags, filter);
            checked(state, (int) result, "seccomp");
            if (result > 0) {
                throw new ErrnoException("seccomp for thread " + result, linux_h.EBUSY);
            }
        } finally {
            Memory.free(filter);
        }
    }

    /** The effective user id, 0 for root. */
    public static int geteuid() {
        return linux_h.geteuid();
    }

    /** Fills {@code bytes} bytes at {@code address} with random bytes from the kernel. */
    public static void getrandom(long address, int bytes) throws ErrnoException {
        CallState state = STATE.get();
        for (int done = 0; done < bytes; ) {
            int result = state.result(linux_h.getrandom(state.segment(), address + done, bytes - done, 0));
            if (result < 0 && result != -linux_h.EINTR) {
                throw new ErrnoException("getrandom", -result);
            }
            done += Math.max(result, 0);
        }
    }

    // Time

    /** The time of a clock ({@code CLOCK_REALTIME}, ...), in nanoseconds. Any thread; allocates nothing. */
    public static long clockNanos(int clock) {
        MemorySegment time = TIME.get();
        linux_h.clock_gettime(clock, time.address());
        return time.get(JAVA_LONG, timespec.tv_sec$offset) * NANOS_PER_SECOND
                + time.get(JAVA_LONG, timespec.tv_nsec$offset);
    }

    /** Nanoseconds since boot, including suspend. Any thread; allocates nothing. */
    public static long bootNanos() {
        return clockNanos(CLOCK_BOOTTIME);
    }

    /** Whether the kernel counts its clock as synchronized (adjtimex(2), which changes nothing here). */
    public static boolean isClockSynchronized() throws ErrnoException {
        CallState state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            long timex = arena.allocate(TIMEX_BYTES, Long.BYTES).address();
            long number = System.getProperty("os.arch").equals("amd64") ? ADJTIMEX_X86_64 : ADJTIMEX;
            int clock = checked(state, (int) linux_h.syscall(state.segment(), number, timex, 0, 0), "adjtimex");
            return clock != CLOCK_UNSYNCHRONIZED;
        }
    }

    // Data calls

    /** Reads at most {@code bytes}; returns the count, 0 at the end of the file, or the negative error number. */
    public static int read(CallState state, int fd, long address, int bytes) {
        return state.result(linux_h.read(state.segment(), fd, address, bytes));
    }

    /** Reads from {@code offset} of a file; otherwise as {@link #read}. */
    public static int pread(CallState state, int fd, long address, int bytes, long offset) {
        return state.result(linux_h.pread(state.segment(), fd, address, bytes, offset));
    }

    /** Writes; returns the count or the negative error number. */
    public static int write(CallState state, int fd, long address, int bytes) {
        return state.result(linux_h.write(state.segment(), fd, address, bytes));
    }

    /** Sets a timer by the {@code struct itimerspec} at {@code time}; returns 0 or the negative error number. */
    public static int timerfdSettime(CallState state, int fd, int flags, long time) {
        return state.result(linux_h.timerfd_settime(state.segment(), fd, flags, time, 0));
    }

    /** Sends the {@code struct msghdr} at {@code message}; returns bytes sent or the negative error number. */
    public static int sendmsg(CallState state, int fd, long message, int flags) {
        return state.result(linux_h.sendmsg(state.segment(), fd, message, flags));
    }

    /** Sends {@code count} {@code struct mmsghdr}s; returns how many were sent, or the first one's negative error. */
    public static int sendmmsg(CallState state, int fd, long messages, int count, int flags) {
        return state.result(linux_h.sendmmsg(state.segment(), fd, messages, count, flags));
    }

    /**
     * Receives into at most {@code count} {@code struct mmsghdr}s, without a time limit; returns how many it filled.
     */
    public static int recvmmsg(CallState state, int fd, long messages, int count, int flags) {
        return state.result(linux_h.recvmmsg(state.segment(), fd, messages, count, flags, 0));
    }

    /**
     * Waits until one of {@code count} {@code struct pollfd}s is ready.
     *
     * @param timeoutMillis longest wait; -1 for no limit, 0 to return at once
     * @return number of ready descriptors, 0 after the time limit, or the negative error number
     */
    public static int poll(CallState state, long descriptors, int count, int timeoutMillis) {
        return state.result(linux_h.poll(state.segment(), descriptors, count, timeoutMillis));
    }

    /** As {@link #poll}, with the time limit in the {@code struct timespec} at {@code timeout}; 0 for no limit. */
    public static int ppoll(CallState state, long descriptors, int count, long timeout) {
        return state.result(linux_h.ppoll(state.segment(), descriptors, count, timeout, 0));
    }
}
