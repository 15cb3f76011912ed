package io.culvert.daemon;

/** Why the daemon cannot start, in words for whoever typed the command. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
