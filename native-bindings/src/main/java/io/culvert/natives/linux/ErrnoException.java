// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import java.io.IOException;

/** The kernel refused a call. The message has the call, the C library's description and the name of the error. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Describes a failed call.
     *
     * @param call the function, or function and argument, that failed
     * @param errno the positive error number
     */
    public ErrnoException(String call, int errno) {
        super(call + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")");
        this.errno = errno;
    }

    /** The positive error number, one of {@code linux_h.E...}. */
    public int errno() {
        return errno;
    }
}
