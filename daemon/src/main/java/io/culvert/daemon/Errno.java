package io.culvert.daemon;

/** The error numbers of Linux that the UAPI answers with. */
final class Errno {
    static final int EIO = 5;
    static final int E2BIG = 7;
    static final int EINVAL = 22;
    static final int EPROTO = 71;
    static final int EADDRINUSE = 98;

    private Errno() {}
}
