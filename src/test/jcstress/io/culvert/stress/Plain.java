// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import java.lang.invoke.VarHandle;

/** What {@link FenceTest} puts in the place of atomic updates: a plain read, and a plain write after it. */
public final class Plain {
    private Plain() {}

    /** In the place of a compare-and-set of an int. */
    public static boolean compareAndSet(VarHandle field, Object of, int expected, int value) {
        return compareAndExchange(field, of, expected, value) == expected;
    }

    /** In the place of a compare-and-exchange of an int. */
    public static int compareAndExchange(VarHandle field, Object of, int expected, int value) {
        int seen = (int) field.get(of);
        if (seen == expected) {
            field.set(of, value);
        }
        return seen;
    }

    /** In the place of a compare-and-set of a long. */
    public static boolean compareAndSet(VarHandle field, Object of, long expected, long value) {
        if ((long) field.get(of) != expected) {
            return false;
        }
        field.set(of, value);
        return true;
    }

    /** In the place of a compare-and-set of a reference. */
    public static boolean compareAndSet(VarHandle field, Object of, Object expected, Object value) {
        if (field.get(of) != expected) {
            return false;
        }
        field.set(of, value);
        return true;
    }

    /** In the place of an exchange of an int. */
    public static int getAndSet(VarHandle field, Object of, int value) {
        int seen = (int) field.get(of);
        field.set(of, value);
        return seen;
    }

    /** In the place of an addition to an int. */
    public static int getAndAdd(VarHandle field, Object of, int value) {
        int seen = (int) field.get(of);
        field.set(of, seen + value);
        return seen;
    }
}
