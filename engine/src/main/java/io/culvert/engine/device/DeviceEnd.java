// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.pipeline.PipelineContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Why a device must be closed, and the actions that its owner wants to run then. They run on a thread of the common
 * pool, or on that of {@link #serve}, which exists from the start: a device that fails may have no memory for another.
 *
 * <p>Any thread. {@code wanted} and {@code notifier} are volatile: a failing thread writes the one and then reads the
 * other, the notifier's thread the other way round, so that one of them sees what the other wrote.
 */
final class DeviceEnd implements PipelineContext.End {
    private static final Logger LOG = System.getLogger(DeviceEnd.class.getName());

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean wanted;
    private volatile Thread notifier;

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Runs {@code action} once when the device must be closed; at once if that is so already. */
    void onEnd(Runnable action) {
        ended.thenRun(() -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "an action for the end of a device failed", e);
            }
        });
    }

    @Override
    public void tunRemoved() {
        want();
    }

    @Override
    public void failed(String thread, Throwable cause) {
        failure.compareAndSet(null, cause);
        want();
        try {
            LOG.log(Level.ERROR, "internal error in " + thread + ": the device ends", cause);
        } catch (RuntimeException | Error e) {
            // There may be no memory for the message. The owner hears of the cause all the same.
            if (e != cause) {
                cause.addSuppressed(e);
            }
        }
    }

    private void want() {
        wanted = true;
        Thread serving = notifier;
        if (serving != null) {
            LockSupport.unpark(serving);
        }
        try {
            // The notifier may be the thread that is stuck, and a device that nobody steps has none.
            ended.completeAsync(() -> null);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "no thread for the actions at a device's end", e);
        }
    }

    /** The calling thread runs the actions from now on, by {@link #notifyOwner}. */
    void serve() {
        notifier = Thread.currentThread();
    }

    /** Runs the actions, once, if the device must be closed. */
    void notifyOwner() {
        if (wanted) {
            ended.complete(null);
        }
    }
}
