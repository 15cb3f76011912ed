// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Capabilities;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The network namespace that a TUN interface is in. An interface may be moved and renamed at any time; its queues stay
 * attached to it. Any thread.
 */
final class InterfaceNamespace {
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    private final int queue;

    /** The namespace of the interface of a queue. */
    InterfaceNamespace(int queue) {
        this.queue = queue;
    }

    /** A task for {@link #call}. */
    interface Task<T> {
        T run() throws IOException;
    }

    /** The present name of the interface. */
    String interfaceName() throws ErrnoException {
        long request = Memory.allocate(ifreq.sizeof(), 8);
        try {
            Linux.ioctl(queue, linux_h.TUNGETIFF, request);
            return Memory.all().getString(ifreq.ifr_ifrn$ifrn_name(request));
        } finally {
            Memory.free(request);
        }
    }

    /**
     * Runs a task while the calling thread is in the interface's namespace. The thread returns, because on it ports may
     * be opened, which belong into the namespace in which the program was started. If the namespace is another one, the
     * thread needs CAP_SYS_ADMIN, and raises it.
     *
     * @throws IOException when the task or the system does
     * @throws IllegalStateException when the thread cannot return
     */
    <T> T call(Task<T> task) throws IOException {
        int target = Linux.ioctl(queue, linux_h.TUNGETDEVNETNS, 0);
        int own;
        try {
            if (Files.readSymbolicLink(OWN).equals(Files.readSymbolicLink(Path.of("/proc/self/fd/" + target)))) {
                return task.run();
            }
            own = Linux.open(OWN.toString(), linux_h.O_RDONLY);
        } finally {
            Linux.close(target);
        }
        return callInAnother(own, task);
    }

    private <T> T callInAnother(int own, Task<T> task) throws IOException {
        try (Capabilities.Raised _ = Capabilities.raise(linux_h.CAP_SYS_ADMIN)) {
            // Asked again: the interface may be in yet another by now.
            int target = Linux.ioctl(queue, linux_h.TUNGETDEVNETNS, 0);
            try {
                Linux.setns(target, linux_h.CLONE_NEWNET);
            } finally {
                Linux.close(target);
            }
            try {
                return task.run();
            } finally {
                comeBack(own);
            }
        } finally {
            Linux.close(own);
        }
    }

    private static void comeBack(int own) {
        try {
            Linux.setns(own, linux_h.CLONE_NEWNET);
        } catch (ErrnoException e) {
            comeBackWithFewerCapabilities(own);
        }
    }

    /** Once in a process, at any moment, all threads lose what they have in effect: {@link Capabilities#limit}. */
    private static void comeBackWithFewerCapabilities(int own) {
        try (Capabilities.Raised _ = Capabilities.raise(linux_h.CAP_SYS_ADMIN)) {
            Linux.setns(own, linux_h.CLONE_NEWNET);
        } catch (ErrnoException e) {
            throw new IllegalStateException("a thread cannot return to its own network namespace", e);
        }
    }
}
