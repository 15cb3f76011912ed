// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static io.culvert.natives.generated.linux_h.CLOCK_MONOTONIC;
import static io.culvert.natives.generated.linux_h.CLOCK_REALTIME;
import static io.culvert.natives.generated.linux_h.POLLIN;

import io.culvert.engine.io.ThreadEnd;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.itimerspec;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.generated.timespec;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.EventFd;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Netlink;
import io.culvert.natives.linux.Refusals;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Notices that the machine was suspended, or that this virtual machine is a copy of another. In both cases session keys
 * may exist elsewhere (in a hibernation image, in the original), and sleeping threads did not see the time pass.
 *
 * <ul>
 *   <li>Suspend: a timer on CLOCK_REALTIME is cancelled when that clock is set, and the kernel treats a resume like
 *       that (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). It was a suspend if CLOCK_BOOTTIME went ahead of
 *       CLOCK_MONOTONIC, which stands still meanwhile.
 *   <li>A copy of a virtual machine: the kernel's uevent of the VM generation ID (since Linux 6.10), and
 *       {@code /dev/sysgenid} where there is one.
 * </ul>
 *
 * <p>A thread of its own waits for these, without any timeout; {@link #close} ends it.
 */
public final class SuspendWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SuspendWatch.class.getName());
    /** The multicast group of the kernel's own uevents. */
    private static final int KERNEL_UEVENTS = 1;

    private static final int MESSAGE_BYTES = 8192;
    private static final String NEW_GENERATION = "NEW_VMGENID=1";
    private static final String GENERATION_DEVICE = "/dev/sysgenid";
    /** A century, in seconds: the timer never expires. */
    private static final long NEVER = 100L * 366 * 86_400;

    private static final int NONE = -1;

    // Indices of the descriptors, in the order in which they are polled. Those that are missing are negative numbers,
    // which poll(2) ignores.
    private static final int WAKEUP = 0;
    private static final int TIMER = 1;
    private static final int UEVENTS = 2;
    private static final int GENERATION = 3;
    private static final int COUNT = 4;

    private final Consumer<String> action;
    private final EventFd wakeup;
    private final int[] descriptors;
    /** Of the thread. */
    private final Refusals refusals = new Refusals("poll", linux_h.EINTR);
    /** Started by the constructor; joined by {@link #close}, which alone closes the descriptors then. */
    private final Thread thread;

    private volatile boolean stopping;

    private SuspendWatch(Consumer<String> action, EventFd wakeup, int[] descriptors) {
        this.action = action;
        this.wakeup = wakeup;
        this.descriptors = descriptors;
        thread = Thread.ofPlatform().name("culvert-suspend").daemon().start(this::run);
    }

    /**
     * Starts to watch.
     *
     * @param action called on the thread of the watch, with the reason, such as {@code the system was suspended}
     * @throws ErrnoException if the system lacks even the timer
     */
    public static SuspendWatch start(Consumer<String> action) throws ErrnoException {
        EventFd wakeup = new EventFd();
        try {
            int[] descriptors = {wakeup.descriptor(), Linux.timerfd(CLOCK_REALTIME), uevents(), generation()};
            return new SuspendWatch(action, wakeup, descriptors);
        } catch (ErrnoException e) {
            wakeup.close();
            throw e;
        }
    }

    private static int uevents() {
        try {
            return Netlink.open(linux_h.NETLINK_KOBJECT_UEVENT, KERNEL_UEVENTS);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "copies of this virtual machine are not noticed: {0}", e.getMessage());
            return NONE;
        }
    }

    private static int generation() {
        try {
            return Linux.open(GENERATION_DEVICE, linux_h.O_RDWR | linux_h.O_NONBLOCK);
        } catch (ErrnoException e) {
            return NONE;
        }
    }

    private void run() {
        CallState calls = new CallState();
        long poll = Memory.allocate(COUNT * pollfd.sizeof(), 8);
        long scratch = Memory.allocate(MESSAGE_BYTES, 8);
        SuspendClock clock = new SuspendClock(Linux.bootNanos(), Linux.clockNanos(CLOCK_MONOTONIC));
        try {
            for (int i = 0; i < COUNT; i++) {
                pollfd.fd(poll + i * pollfd.sizeof(), descriptors[i]);
                pollfd.events(poll + i * pollfd.sizeof(), (short) POLLIN);
            }
            arm(calls, scratch);
            while (!stopping) {
                refusals.check(Linux.poll(calls, poll, COUNT, -1));
                if (isReady(poll, TIMER)) {
                    Linux.read(calls, descriptors[TIMER], scratch, Long.BYTES);
                    arm(calls, scratch);
                    if (clock.wasSuspended(Linux.bootNanos(), Linux.clockNanos(CLOCK_MONOTONIC))) {
                        action.accept("the system was suspended");
                    }
                }
                if (isReady(poll, UEVENTS) && readUevents(calls, scratch)
                        || isReady(poll, GENERATION) && readGeneration(calls, scratch)) {
                    action.accept("this virtual machine is a copy of another");
                }
            }
        } finally {
            Memory.free(poll);
            Memory.free(scratch);
        }
    }

    private static boolean isReady(long poll, int descriptor) {
        return (pollfd.revents(poll + descriptor * pollfd.sizeof()) & POLLIN) != 0;
    }

    /** Sets the timer again, which a change of the clock has cancelled. */
    private void arm(CallState calls, long scratch) {
        Memory.zero(scratch, itimerspec.sizeof());
        long expiry = itimerspec.it_value(scratch);
        timespec.tv_sec(expiry, Linux.clockNanos(CLOCK_REALTIME) / 1_000_000_000L + NEVER);
        int flags = linux_h.TFD_TIMER_ABSTIME | linux_h.TFD_TIMER_CANCEL_ON_SET;
        int result = Linux.timerfdSettime(calls, descriptors[TIMER], flags, scratch);
        if (result < 0) {
            LOG.log(Level.WARNING, "suspend is not noticed: timerfd_settime failed with error {0}", -result);
        }
    }

    /** Reads the waiting uevents; returns whether one reports a new generation. */
    private boolean readUevents(CallState calls, long scratch) {
        boolean found = false;
        int length = Linux.read(calls, descriptors[UEVENTS], scratch, MESSAGE_BYTES);
        while (length > 0) {
            byte[] message = new byte[length];
            Memory.copy(scratch, message, 0, length);
            found |= new String(message, StandardCharsets.ISO_8859_1).contains(NEW_GENERATION);
            length = Linux.read(calls, descriptors[UEVENTS], scratch, MESSAGE_BYTES);
        }
        return found;
    }

    /** Reads the new generation, and confirms it by writing it back. */
    private boolean readGeneration(CallState calls, long scratch) {
        int length = Linux.read(calls, descriptors[GENERATION], scratch, Integer.BYTES);
        return length == Integer.BYTES
                && Linux.write(calls, descriptors[GENERATION], scratch, Integer.BYTES) == Integer.BYTES;
    }

    /** Ends the thread. Once. */
    @Override
    public void close() {
        stopping = true;
        try {
            wakeup.signal();
        } finally {
            end();
        }
    }

    private void end() {
        if (!ThreadEnd.await(thread)) {
            LOG.log(Level.ERROR, "{0} does not end; its descriptors are not closed", thread.getName());
            return;
        }
        for (int i = WAKEUP + 1; i < COUNT; i++) {
            close(descriptors[i]);
        }
        wakeup.close();
    }

    private static void close(int descriptor) {
        try {
            if (descriptor >= 0) {
                Linux.close(descriptor);
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "closing a descriptor of the suspend watch failed", e);
        }
    }
}
