// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

/** Runs the steps of a close: one that fails does not keep the others from being run. Any thread. */
final class CloseSteps {
    /** Guarded by this. */
    private Throwable failure;

    /** Closes what a start had opened before it failed. */
    static void after(Throwable cause, Runnable close) {
        CloseSteps steps = new CloseSteps();
        steps.failure = cause;
        steps.run(close);
    }

    /** Runs a step, and keeps what it throws. */
    void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private synchronized void failed(Throwable e) {
        if (failure == null) {
            failure = e;
        } else if (failure != e) {
            failure.addSuppressed(e);
        }
    }

    /** Throws what the first step that failed threw, if any. */
    synchronized void finish() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
