// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

/** A program is not installed and cannot be installed; the message has the reason. */
final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
        super(message);
    }
}
