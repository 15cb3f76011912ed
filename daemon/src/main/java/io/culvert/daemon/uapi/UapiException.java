package io.culvert.daemon.uapi;

/** A UAPI request that cannot be served, with the error number to answer. Its message never holds a value sent. */
final class UapiException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** {@code errno} is positive, such as {@code EINVAL}. */
    UapiException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
