// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static io.culvert.natives.generated.linux_h.EAGAIN;
import static io.culvert.natives.generated.linux_h._LINUX_CAPABILITY_VERSION_3;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.__user_cap_data_struct;
import io.culvert.natives.generated.__user_cap_header_struct;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sigaction;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Capabilities (capabilities(7)), of which each thread has its own. capset(2) changes those of the calling thread only,
 * so {@link #limit} has every thread of the process make that call, as the C library does for setuid(2): by a signal,
 * whose handler is a few instructions.
 */
public final class Capabilities {
    /** A real-time signal that neither the C library nor the JVM uses. */
    private static final int SIGNAL = 40;

    private static final int PAGE_BYTES = 4096;
    /** Where in the page of the handler the arguments of capset are. */
    private static final int HEADER = 256;

    private static final int DATA = 512;
    private static final int ATTEMPTS = 1000;
    private static final Path TASKS = Path.of("/proc/self/task");

    private Capabilities() {}

    /** Effective and permitted capabilities, as bits. */
    private record Sets(long effective, long permitted) {
        static Sets of(long header, long data) throws ErrnoException {
            CallState state = new CallState();
            if (linux_h.capget(state.segment(), header, data) != 0) {
                throw new ErrnoException("capget", state.errno());
            }
            long next = data + __user_cap_data_struct.sizeof();
            return new Sets(
                    word(__user_cap_data_struct.effective(data), __user_cap_data_struct.effective(next)),
                    word(__user_cap_data_struct.permitted(data), __user_cap_data_struct.permitted(next)));
        }

        private static long word(int low, int high) {
            return Integer.toUnsignedLong(low) | (long) high << Integer.SIZE;
        }

        /** Writes the arguments of capset; nothing is inheritable. */
        void write(long header, long data) {
            __user_cap_header_struct.version(header, _LINUX_CAPABILITY_VERSION_3);
            for (int i = 0; i < 2; i++) {
                long half = data + i * __user_cap_data_struct.sizeof();
                __user_cap_data_struct.effective(half, (int) (effective >>> i * Integer.SIZE));
                __user_cap_data_struct.permitted(half, (int) (permitted >>> i * Integer.SIZE));
            }
        }

        boolean isOf(Path task) throws IOException {
            boolean equal = true;
            for (String line : Files.readAllLines(task.resolve("status"))) {
                equal &= !line.startsWith("CapPrm:") || hex(line) == permitted;
                equal &= !line.startsWith("CapEff:") || hex(line) == effective;
            }
            return equal;
        }

        private static long hex(String line) {
            return Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16);
        }
    }

    /** The calling thread has a capability until this is closed, on the same thread. */
    public static final class Raised implements AutoCloseable {
        private final Sets before;

        private Raised(Sets before) {
            this.before = before;
        }

        @Override
        public void close() throws ErrnoException {
            if (before != null) {
                set(before);
            }
        }
    }

    /**
     * Puts a permitted capability of the calling thread into effect. A capability that is not permitted stays so: the
     * call that needs it says what is missing.
     */
    public static Raised raise(int capability) throws ErrnoException {
        Sets before = current();
        long bit = 1L << capability;
        if ((before.permitted & bit & ~before.effective) == 0) {
            return new Raised(null);
        }
        set(new Sets(before.effective | bit, before.permitted));
        return new Raised(before);
    }

    /**
     * Takes all other capabilities away from every thread of the process, for good, and from the threads that they
     * start.
     *
     * @param permitted the most that threads may have; those that the calling thread lacks it does not get
     * @param effective the part of them that is in effect
     * @throws ErrnoException if the system refuses, or a thread does not answer within a second
     */
    public static void limit(Set<Integer> permitted, Set<Integer> effective) throws ErrnoException {
        Sets before = current();
        Sets after = new Sets(before.permitted & bits(effective), before.permitted & bits(permitted));
        CallState state = new CallState();
        long page = linux_h.mmap(
                state.segment(),
                0,
                PAGE_BYTES,
                linux_h.PROT_READ | linux_h.PROT_WRITE,
                linux_h.MAP_PRIVATE | linux_h.MAP_ANONYMOUS,
                -1,
                0);
        if (page == -1) {
            throw new ErrnoException("mmap", state.errno());
        }
        // Never unmapped: a thread that has changed its capabilities may wait for a CPU in the handler for long.
        Memory.register(page, PAGE_BYTES);
        CapsetHandler.write(page, page + HEADER, page + DATA);
        after.write(page + HEADER, page + DATA);
        checked(
                state,
                linux_h.mprotect(state.segment(), page, PAGE_BYTES, linux_h.PROT_READ | linux_h.PROT_EXEC),
                "mprotect");
        handle(state, page);
        signalAll(state, after);
        // Ignored from now on.
        handle(state, 1);
    }

    /** Repeats until a look at all threads finds them changed, as a thread may start another meanwhile. */
    private static void signalAll(CallState state, Sets after) throws ErrnoException {
        int process = (int) ProcessHandle.current().pid();
        for (int i = 0; i < ATTEMPTS; i++) {
            if (!signalOthers(state, process, after)) {
                return;
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new ErrnoException("waiting for threads to drop their capabilities", EAGAIN);
    }

    /** Signals the threads that have other capabilities; returns whether there are any. */
    private static boolean signalOthers(CallState state, int process, Sets after) throws ErrnoException {
        boolean found = false;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                int thread = Integer.parseInt(task.getFileName().toString());
                if (!hasSets(task, after)) {
                    found = true;
                    linux_h.tgkill(state.segment(), process, thread, SIGNAL);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new ErrnoException("reading " + TASKS, linux_h.EIO);
        }
        return found;
    }

    /** {@code false} for a thread that has ended meanwhile: the next look does not find it. */
    private static boolean hasSets(Path task, Sets sets) {
        try {
            return sets.isOf(task);
        } catch (IOException e) {
            return false;
        }
    }

    /** Sets the action of the signal: the address of a handler, or 1 to ignore it. */
    private static void handle(CallState state, long handler) throws ErrnoException {
        long action = Memory.allocate(sigaction.sizeof(), Long.BYTES);
        try {
            sigaction.__sigaction_handler$sa_handler(action, handler);
            sigaction.sa_flags(action, linux_h.SA_RESTART | linux_h.SA_ONSTACK);
            checked(state, linux_h.sigaction(state.segment(), SIGNAL, action, 0), "sigaction");
        } finally {
            Memory.free(action);
        }
    }

    private static void checked(CallState state, int result, String call) throws ErrnoException {
        if (result == -1) {
            throw new ErrnoException(call, state.errno());
        }
    }

    private static long bits(Set<Integer> capabilities) {
        return capabilities.stream().mapToLong(capability -> 1L << capability).reduce(0, (a, b) -> a | b);
    }

    private static Sets current() throws ErrnoException {
        long arguments = Memory.allocate(DATA, Long.BYTES);
        try {
            __user_cap_header_struct.version(arguments, _LINUX_CAPABILITY_VERSION_3);
            return Sets.of(arguments, arguments + HEADER);
        } finally {
            Memory.free(arguments);
        }
    }

    private static void set(Sets sets) throws ErrnoException {
        CallState state = new CallState();
        long arguments = Memory.allocate(DATA, Long.BYTES);
        try {
            sets.write(arguments, arguments + HEADER);
            checked(state, linux_h.capset(state.segment(), arguments, arguments + HEADER), "capset");
        } finally {
            Memory.free(arguments);
        }
    }
}
