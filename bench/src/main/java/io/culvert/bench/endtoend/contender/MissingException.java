package io.culvert.bench.endtoend.contender;

/** Something is not there and cannot be installed; the message says what and why, in plain words. */
final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
        super(message);
    }
}
