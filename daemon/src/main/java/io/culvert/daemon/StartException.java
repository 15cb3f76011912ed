// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

/** The daemon cannot start; the message is shown to the user without a stack trace. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An environment variable has an invalid value. */
    static StartException invalid(String variable, String value, String problem) {
        return invalid(variable, value, problem, null);
    }

    /** An environment variable has an invalid value. */
    static StartException invalid(String variable, String value, String problem, Throwable cause) {
        return new StartException(variable + "=" + value + ": " + problem, cause);
    }
}
