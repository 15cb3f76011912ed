package io.culvert.engine.pipeline;

/** What passes between workers: each costs cache lines that two cores write. */
public enum CrossWorkerCounter {
    /** A train of another worker that this one sealed or opened. */
    STOLEN,
    /** A commit that this worker asked another, the peer's home, for. */
    COMMIT_REQUESTED
}
