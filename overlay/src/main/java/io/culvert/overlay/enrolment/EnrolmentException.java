// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

/** The enroller cannot do what was asked; the message says why and what to do. */
final class EnrolmentException extends Exception {
    private static final long serialVersionUID = 1;

    EnrolmentException(String message) {
        super(message);
    }
}
