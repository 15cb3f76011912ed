package io.culvert.ring;

/**
 * The 64 bits that come back with a completion: what was done, and to which of the caller's things. No object is looked
 * up or made for it.
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
     * Packs.
     *
     * @param operation 0 to 255
     * @param id any number, such as a buffer's
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
