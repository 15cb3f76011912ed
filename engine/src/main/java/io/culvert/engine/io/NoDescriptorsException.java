// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.io.IOException;

/** The process, or the system, has no file descriptors left (EMFILE, ENFILE). */
public final class NoDescriptorsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what could not be opened. */
    public NoDescriptorsException(String message, Throwable cause) {
        super(message, cause);
    }
}
