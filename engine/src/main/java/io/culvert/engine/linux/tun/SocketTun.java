// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Tun;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * A TUN without an interface: each queue is one end of a pair of Unix sockets, at whose other end the program sends and
 * receives packets behind virtio-net headers. It needs no privileges. Any thread.
 */
public final class SocketTun implements Tun, TunQueues {
    private static final Logger LOG = System.getLogger(SocketTun.class.getName());
    /** Room for some super-packets in each direction. */
    private static final int BUFFER_BYTES = 1 << 20;

    private final String name;
    /** The device's ends, and behind them the program's. */
    private final int[] descriptors;

    private final int queues;
    /** Guarded by this. */
    private boolean hungUp;
    /** Guarded by this. */
    private boolean closed;

    /**
     * Makes the pairs.
     *
     * @param name for logs; no interface has it
     * @param queues one for each worker, at least 1
     * @throws IOException when the system refuses; nothing stays open
     */
    public SocketTun(String name, int queues) throws IOException {
        this.name = name;
        this.queues = queues;
        descriptors = new int[2 * queues];
        int made = 0;
        try {
            while (made < queues) {
                long pair = Linux.socketpair(linux_h.AF_UNIX, linux_h.SOCK_DGRAM | linux_h.SOCK_NONBLOCK);
                int[] ends = {made, queues + made};
                descriptors[ends[0]] = (int) (pair >> Integer.SIZE);
                descriptors[ends[1]] = (int) pair;
                made++;
                for (int end : ends) {
                    Linux.setsockopt(descriptors[end], linux_h.SOL_SOCKET, linux_h.SO_SNDBUF, BUFFER_BYTES);
                }
            }
        } catch (IOException e) {
            close(0, made);
            close(queues, made);
            throw e;
        }
    }

    @Override
    public int descriptor(int queue) {
        return descriptors[queue];
    }

    /** The descriptor at which the program sends and receives the packets of a queue; it does not block. */
    public int application(int queue) {
        return descriptors[queues + queue];
    }

    @Override
    public void softwareSegmentation() {
        // No kernel is in front of it.
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return TunDevice.DEFAULT_MTU;
    }

    @Override
    public int queues() {
        return queues;
    }

    @Override
    public List<Shortfall> shortfalls() {
        return List.of();
    }

    /** Calls the listener at once, on the calling thread: the link is up and stays so. */
    @Override
    public void listen(Listener listener) {
        listener.onMtu(mtu());
        listener.onLink(true);
    }

    /**
     * Closes the program's ends, which it must use no longer. Packets to it fail from now on, also one whose write
     * waits because the program has not received those before: a worker that is to end waits for its writes.
     */
    public synchronized void hangUp() {
        if (!hungUp) {
            hungUp = true;
            close(queues, queues);
        }
    }

    /** Closes both ends of all queues. The workers must have closed their I/O before. */
    @Override
    public synchronized void close() {
        hangUp();
        if (!closed) {
            closed = true;
            close(0, queues);
        }
    }

    private void close(int first, int count) {
        for (int i = first; i < first + count; i++) {
            try {
                Linux.close(descriptors[i]);
            } catch (ErrnoException e) {
                LOG.log(Level.DEBUG, "closing a socket failed", e);
            }
        }
    }
}
