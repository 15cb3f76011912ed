// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import java.io.IOException;

/** A change does not fit the memory of the device, and was refused whole. */
public final class InsufficientMemoryException extends IOException {
    private static final long serialVersionUID = 1;

    /** The message says what does not fit, and what to do. */
    public InsufficientMemoryException(String message) {
        super(message);
    }
}
