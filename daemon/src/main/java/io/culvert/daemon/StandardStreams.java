package io.culvert.daemon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Points the process's standard descriptors elsewhere, below Java's streams, so that the JVM's own output follows. */
final class StandardStreams {
    private static final int O_RDWR = 2;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle DUP2 = handle("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private StandardStreams() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    /** Takes stderr back from the launcher's filter, which only lives for the JVM's own start-up messages. */
    static void restoreError() {
        String descriptor = System.getenv("CULVERT_STDERR_FD");
        if (descriptor != null) {
            move(Integer.parseInt(descriptor), 2);
        }
    }

    /** Lets go of the terminal, or whatever the launcher was started from; of stderr too unless it is kept. */
    static void detach(boolean keepError) {
        int devNull = open("/dev/null");
        duplicate(devNull, 0);
        duplicate(devNull, 1);
        if (!keepError) {
            duplicate(devNull, 2);
        }
        close(devNull);
    }

    private static void move(int from, int to) {
        duplicate(from, to);
        close(from);
    }

    private static void duplicate(int from, int to) {
        try {
            int result = (int) DUP2.invokeExact(from, to);
            if (result != to) {
                throw new IllegalStateException("dup2(" + from + ", " + to + ") failed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static void close(int descriptor) {
        try {
            int ignored = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static int open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int) OPEN.invokeExact(name, O_RDWR);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
