// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

/**
 * Which of a worker's sockets to receive from next, so that a peer does not wait behind the datagrams of another one,
 * whose socket is full. A socket that becomes readable is served before those that have been readable for longer, once;
 * then all take turns. These are the lists of new and old queues of RFC 8290, section 4.2, with one receive call in
 * place of the quantum: a socket that was emptied goes to the end of the old ones, so that it cannot stay new by being
 * empty for a moment.
 *
 * <p>Confined to one thread; allocates nothing.
 */
public final class ReadableSockets {
    private final boolean[] readable;
    private final boolean[] listed;
    private final Fifo newSockets;
    private final Fifo oldSockets;
    private int count;

    /** The sockets of a list, in the order of addition: as many as there are sockets, at most. */
    private static final class Fifo {
        private final int[] sockets;
        private int first;
        private int size;

        Fifo(int capacity) {
            sockets = new int[capacity];
        }

        void add(int socket) {
            sockets[(first + size++) % sockets.length] = socket;
        }

        int remove() {
            int socket = sockets[first];
            first = (first + 1) % sockets.length;
            size--;
            return socket;
        }
    }

    /** None of {@code sockets} sockets is readable. */
    public ReadableSockets(int sockets) {
        readable = new boolean[sockets];
        listed = new boolean[sockets];
        newSockets = new Fifo(sockets);
        oldSockets = new Fifo(sockets);
    }

    /** A socket is readable, from now on if it was not before; 0 to the number of sockets less 1. */
    public void add(int socket) {
        if (!readable[socket]) {
            readable[socket] = true;
            count++;
            if (!listed[socket]) {
                listed[socket] = true;
                newSockets.add(socket);
            }
        }
    }

    /** Whether a socket is readable. */
    public boolean isReadable(int socket) {
        return readable[socket];
    }

    /** Whether any socket is readable. */
    public boolean any() {
        return count > 0;
    }

    /** Whether all sockets are readable. */
    public boolean all() {
        return count == readable.length;
    }

    /** The socket whose turn it is; {@link #any()} must hold, and {@link #served} must follow. */
    public int next() {
        while (true) {
            int socket = (newSockets.size > 0 ? newSockets : oldSockets).remove();
            if (readable[socket]) {
                return socket;
            }
            listed[socket] = false;
        }
    }

    /**
     * Ends the turn of a socket.
     *
     * @param emptied whether it is no longer readable
     */
    public void served(int socket, boolean emptied) {
        oldSockets.add(socket);
        if (emptied) {
            readable[socket] = false;
            count--;
        }
    }
}
