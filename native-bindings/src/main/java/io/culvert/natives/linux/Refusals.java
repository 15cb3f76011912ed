// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import io.culvert.natives.generated.linux_h;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the thread that would repeat a data call for ever although the kernel refuses it for good. Some errors say that
 * at once: the descriptor, the argument or the permission is wrong. Others pass, such as a shortage of memory: the
 * caller pauses, and ends after some ten seconds without a call that succeeded. Confined to one thread.
 */
public final class Refusals {
    /** Refusals in a row that cost no pause: a repeated call often succeeds. */
    private static final int WITHOUT_PAUSE = 1000;

    private static final long PAUSE_NANOS = 1_000_000;
    /** Refusals in a row that are for good. */
    private static final int MANY = WITHOUT_PAUSE + 10_000;

    private final String call;
    private final int ordinary;
    private int inARow;

    /**
     * Watches the results of a call.
     *
     * @param call its name, for the message
     * @param ordinary the error number that is no failure of this call, such as EAGAIN of one that does not wait
     */
    public Refusals(String call, int ordinary) {
        this.call = call;
        this.ordinary = ordinary;
    }

    /**
     * Takes the result of a call, and returns it.
     *
     * @param result a count, or the negative error number
     * @throws IllegalStateException when the kernel refuses the call for good
     */
    public int check(int result) {
        if (result >= 0) {
            inARow = 0;
        } else if (result != -ordinary && result != -linux_h.EINTR) {
            refused(-result);
        }
        return result;
    }

    private void refused(int error) {
        if (isForGood(error) || ++inARow == MANY) {
            throw new IllegalStateException("the kernel refuses " + call + ": " + Errno.text(error) + " ("
                    + Errno.name(error) + ")" + (inARow == MANY ? ", for some ten seconds" : ""));
        }
        if (inARow > WITHOUT_PAUSE) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean isForGood(int error) {
        return switch (error) {
            case linux_h.EBADF,
                    linux_h.EBADFD,
                    linux_h.EBADR,
                    linux_h.EFAULT,
                    linux_h.EINVAL,
                    linux_h.EPERM,
                    linux_h.EACCES,
                    linux_h.ENOSYS,
                    linux_h.ENOTSOCK,
                    linux_h.EOPNOTSUPP,
                    linux_h.EEXIST,
                    linux_h.ENXIO -> true;
            default -> false;
        };
    }
}
