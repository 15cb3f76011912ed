package io.culvert.engine.io;

/** The tunnel interface as a whole; its packets pass through each worker's {@link io.culvert.engine.io.WorkerIo}. */
public interface Tun extends AutoCloseable {
    /** Hears what happens to the interface; called on the TUN's own thread, never concurrently. */
    interface Listener {
        /** The interface was set up or down; the first call tells the state it is in. */
        void onLink(boolean up);

        /** The MTU changed, in bytes; the first call tells what it is. */
        void onMtu(int mtu);

        /** The interface was removed. No call follows. */
        void onRemoved();
    }

    /** The interface's name, at most 15 bytes. */
    String name();

    /** Its MTU in bytes, as last seen. Any thread. */
    int mtu();

    /** How many queues it has: one for each worker, at least 1. */
    int queues();

    /** Starts to tell {@code listener}; called once. */
    void listen(Listener listener);

    /** Removes the interface, unless it was handed to the program by another. Idempotent. */
    @Override
    void close();
}
