// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.util.List;

/** The tunnel interface. Its packets pass through the {@link WorkerIo} of each worker. */
public interface Tun extends AutoCloseable {
    /** Receives changes of the interface. Called on one thread of the TUN, never concurrently. */
    interface Listener {
        /** The interface was set up or down; the first call reports the current state. */
        void onLink(boolean up);

        /** The interface was set down and up again. What came out of it since may have been read already. */
        void onRestart();

        /** The MTU, in bytes, changed; the first call reports the current MTU. */
        void onMtu(int mtu);

        /** The thread turns: called every second at least, by a TUN that has a thread of its own. */
        void onTurn();

        /** The interface was removed. This is the last call. */
        void onRemoved();

        /** The thread has met what it cannot handle, and ends. This is the last call; it throws nothing. */
        void onFailure(Throwable cause);
    }

    /** The name of the interface, at most 15 bytes. Any thread. */
    String name();

    /** The last known MTU in bytes. Any thread. */
    int mtu();

    /** The number of queues: one for each worker, at least 1. Any thread. */
    int queues();

    /** What the system refuses the interface; the platform tries again. Any thread. */
    List<Shortfall> shortfalls();

    /** Starts to call {@code listener}; called once. */
    void listen(Listener listener);

    /** Removes the interface, unless the program inherited it. Idempotent. */
    @Override
    void close();
}
