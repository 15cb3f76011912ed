// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An unnamed network namespace, with a thread that has entered it. Sockets and interfaces created by that thread belong
 * to the namespace, whichever thread uses them, and threads started by it are in the namespace as well. The kernel
 * removes the namespace with the last of them.
 *
 * <p>Thread-safe; calls run one after the other.
 */
public final class AnonymousNamespace implements AutoCloseable {
    private final ExecutorService thread;

    /**
     * Creates a namespace whose only interface is a loopback that is down.
     *
     * @param name the thread's name
     * @throws IOException if the system refuses, such as without CAP_SYS_ADMIN
     */
    public AnonymousNamespace(String name) throws IOException {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
        try {
            call(() -> {
                Linux.unshare(linux_h.CLONE_NEWNET);
                return null;
            });
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Runs a task in the namespace's thread, and waits for its result.
     *
     * @throws IOException if the task throws any exception
     */
    public <T> T call(Callable<T> task) throws IOException {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException known ? known : new IOException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Brings an interface up. */
    void up(String link) throws IOException {
        call(() -> {
            int control = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
            long request = TunDevice.request(link);
            try {
                ifreq.ifr_ifru$ifru_flags(request, (short) linux_h.IFF_UP);
                Linux.ioctl(control, linux_h.SIOCSIFFLAGS, request);
            } finally {
                Memory.free(request);
                Linux.close(control);
            }
            return null;
        });
    }

    /** Ends the thread after the tasks submitted so far. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
