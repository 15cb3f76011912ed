package io.culvert.daemon;

/** Why the daemon cannot start, in words for whoever typed the command. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    /** With a cause. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
