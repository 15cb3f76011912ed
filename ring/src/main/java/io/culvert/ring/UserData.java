// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

/**
 * Packs and unpacks the 64 bits of user data that a completion returns: the operation and the number of the caller's
 * object (such as a buffer). Needs no map and no allocation.
 *
 * <pre>
 *   63            32 31             8 7         0
 *  +----------------+----------------+-----------+
 *  |       id       |       0        | operation |
 *  +----------------+----------------+-----------+
 * </pre>
 */
public final class UserData {
    private UserData() {}

    /**
     * Packs an operation and a number.
     *
     * @param operation 0 to 255
     * @param id any number, such as that of a buffer
     */
    public static long of(int operation, int id) {
        return (long) id << 32 | operation & 0xff;
    }

    /** The operation, 0 to 255. */
    public static int operation(long userData) {
        return (int) userData & 0xff;
    }

    /** The number. */
    public static int id(long userData) {
        return (int) (userData >> 32);
    }
}
