// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

/**
 * Rejects a UAPI request, with the errno to answer. The message contains no value of the request but the public key of
 * the peer that it is about.
 */
final class UapiException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** Takes a positive errno, such as {@code EINVAL}. */
    UapiException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
