// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Capabilities;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The thread that starts one interface of a service and changes it. It is in the interface's network namespace, as are
 * the threads that it starts: all open their sockets there. What one of these threads does not handle ends the
 * interface, and not the process. Any thread gives it tasks.
 */
final class InterfaceThread implements AutoCloseable {
    private static final Logger LOG = System.getLogger(InterfaceThread.class.getName());
    private static final Runnable END = () -> {};

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;

    /**
     * Starts the thread, in the calling thread's network namespace.
     *
     * @param name the interface's
     * @param failed hears of what a thread does not handle
     */
    InterfaceThread(String name, Consumer<End> failed) {
        ThreadGroup group = new ThreadGroup(name) {
            @Override
            public void uncaughtException(Thread which, Throwable cause) {
                LOG.log(Level.ERROR, "internal error in thread \"" + which.getName() + "\": " + name + " ends", cause);
                failed.accept(End.failure("internal error in thread \"" + which.getName() + "\": " + cause));
            }
        };
        thread = Thread.ofPlatform()
                .daemon()
                .group(group)
                .name(name + "-control")
                .unstarted(() -> run(name));
        thread.start();
    }

    private void run(String name) {
        Loggers.INTERFACE.set(name);
        try {
            for (Runnable task = tasks.take(); task != END; task = tasks.take()) {
                task.run();
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "{0} was interrupted", thread.getName());
        }
    }

    /**
     * Moves the thread into a network namespace, for good.
     *
     * @param file of the namespace, such as one that {@code ip netns} makes
     * @throws IOException if the file is none, or the process may not
     */
    void enter(Path file) throws IOException {
        call(() -> {
            int namespace = Linux.open(file.toString(), linux_h.O_RDONLY);
            try (Capabilities.Raised _ = Capabilities.raise(linux_h.CAP_SYS_ADMIN)) {
                Linux.setns(namespace, linux_h.CLONE_NEWNET);
            } catch (ErrnoException e) {
                throw new IOException("network namespace " + file + ": " + e.getMessage(), e);
            } finally {
                Linux.close(namespace);
            }
            return null;
        });
    }

    /** Runs a task on the thread and returns its result, or throws what it does. */
    <T> T call(Callable<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(task.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException refused -> throw refused;
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IOException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Ends the thread after the tasks that it has; does not wait for it. */
    @Override
    public void close() {
        tasks.add(END);
    }
}
