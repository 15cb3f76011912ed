// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static java.lang.invoke.MethodHandles.dropArguments;
import static java.lang.invoke.MethodHandles.guardWithTest;
import static java.lang.invoke.MethodHandles.insertArguments;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Faults that tests plant in the calls of the C library and of liburing: a call is refused, throws an error, or never
 * returns.
 *
 * <p>The bindings pass each handle through {@link #wrap} when they bind it. Without the system property {@value
 * #PROPERTY}, as always in production, that returns the handle itself, so that the seam costs nothing. With it, the
 * property's text plants the first fault (empty for none), and {@link #plant} another.
 *
 * <pre>
 *   CALL[@THREAD][#AFTER]=OUTCOME      CALL: the C function, such as recvmmsg; aligned_alloc is all memory off the heap
 *                                      THREAD: a part of the name of the threads concerned; AFTER: calls that pass
 *                                      OUTCOME: an error number, error or stop
 * </pre>
 *
 * <p>Thread-safe: {@code planted} is volatile, and a fault does not change except for its counter.
 */
public final class Faults {
    /** The system property. */
    public static final String PROPERTY = "culvert.faults";

    private static final boolean ON = System.getProperty(PROPERTY) != null;
    /** Calls that return 0 on failure: pointers. */
    private static final Set<String> POINTERS = Set.of("aligned_alloc", "io_uring_get_probe_ring");

    private static final String ERROR = "error";
    private static final String STOP = "stop";

    private static final Set<String> CALLS = new ConcurrentSkipListSet<>();
    private static volatile Fault planted = parse(System.getProperty(PROPERTY, ""));

    /** A planted fault; {@code end} is counted down when the fault is taken away. */
    private record Fault(
            String call, String thread, AtomicInteger passing, String outcome, AtomicInteger hits, CountDownLatch end) {
        boolean concerns(String calling) {
            return call.equals(calling)
                    && Thread.currentThread().getName().contains(thread)
                    && passing.getAndUpdate(n -> Math.max(n - 1, 0)) == 0;
        }
    }

    /** Loaded where faults can be planted only. */
    private static final class Handles {
        private static final MethodHandle IS_REFUSED = find("isRefused", boolean.class, String.class);
        private static final MethodHandle SET_ERRNO = find("setErrno", int.class, String.class, MemorySegment.class);
        private static final MethodHandle ERRNO = find("negativeErrno", int.class, String.class);

        private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
            try {
                return MethodHandles.lookup().findStatic(Faults.class, name, MethodType.methodType(result, parameters));
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private Faults() {}

    private static Fault parse(String text) {
        if (text.isEmpty()) {
            return null;
        }
        int equals = text.lastIndexOf('=');
        String place = text.substring(0, equals);
        int after = place.indexOf('#');
        int passing = after < 0 ? 0 : Integer.parseInt(place.substring(after + 1));
        String[] names = (after < 0 ? place : place.substring(0, after)).split("@", 2);
        String outcome = text.substring(equals + 1);
        if (!outcome.equals(ERROR) && !outcome.equals(STOP) && Integer.parseInt(outcome) <= 0) {
            throw new IllegalArgumentException("fault " + text + ": the error number must be above 0");
        }
        return new Fault(
                names[0],
                names.length == 1 ? "" : names[1],
                new AtomicInteger(passing),
                outcome,
                new AtomicInteger(),
                new CountDownLatch(1));
    }

    /** Plants a fault in place of the last; calls that the last one stopped go on. Tests only. */
    public static void plant(String fault) {
        Fault last = planted;
        planted = parse(fault);
        if (last != null) {
            last.end.countDown();
        }
    }

    /** Takes the fault away; returns how many calls it concerned. Tests only. */
    public static int clear() {
        Fault last = planted;
        plant("");
        return last == null ? 0 : last.hits.get();
    }

    /** The calls that were bound so far. Tests only. */
    public static Set<String> calls() {
        return CALLS;
    }

    /**
     * The handle of a call, through which faults can be planted; the handle itself in production.
     *
     * @param call its name
     * @param handle whose first parameter, if it is a segment, is the captured {@code errno}
     */
    public static MethodHandle wrap(String call, MethodHandle handle) {
        if (!ON) {
            return handle;
        }
        CALLS.add(call);
        MethodType type = handle.type();
        boolean capturesErrno = type.parameterCount() > 0 && type.parameterType(0) == MemorySegment.class;
        MethodHandle refusal = insertArguments(capturesErrno ? Handles.SET_ERRNO : Handles.ERRNO, 0, call);
        int used = refusal.type().parameterCount();
        refusal = dropArguments(refusal, used, type.parameterList().subList(used, type.parameterCount()));
        MethodHandle test = dropArguments(insertArguments(Handles.IS_REFUSED, 0, call), 0, type.parameterList());
        return guardWithTest(test, refusal.asType(type), handle);
    }

    private static boolean isRefused(String call) {
        Fault fault = planted;
        if (fault == null || !fault.concerns(call)) {
            return false;
        }
        fault.hits.incrementAndGet();
        if (fault.outcome.equals(ERROR)) {
            throw new InternalError("planted in " + call);
        }
        if (fault.outcome.equals(STOP)) {
            stopUntil(fault.end);
            return false;
        }
        return true;
    }

    /** Does not return before {@code end} is counted down, not for an interrupt either, which the caller then has. */
    public static void stopUntil(CountDownLatch end) {
        boolean interrupted = false;
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int setErrno(String call, MemorySegment state) {
        state.set(ValueLayout.JAVA_INT, 0, -negativeErrno(call));
        return -1;
    }

    /** As liburing returns it; 0 for a pointer, and for calls that are not refused any more. */
    private static int negativeErrno(String call) {
        Fault fault = planted;
        return fault == null || POINTERS.contains(call) ? 0 : -Integer.parseInt(fault.outcome);
    }
}
