package io.culvert.engine.pipeline;

/**
 * Lets those who read datagrams behind the TUN keep up. A socket of the usual size holds 92 datagrams of full size, a super-packet
 * brings half of that at once, and a reader on this core has no turn before the worker sleeps: so while datagrams come in bursts, a
 * duty cycle takes few of them, and the core is offered to others after it. TCP needs none of it, its window is its socket's size.
 * Confined to the worker's thread.
 */
final class DatagramPacing {
    /** After so many datagrams readers get a turn. It may become as many as one receive brings, 46 of full size. */
    static final int TURN = 16;
    /** How long after a burst more are expected. */
    static final long BURSTS_NANOS = 2_000_000;

    private int taken;
    private int delivered;
    private long lastTurn = -BURSTS_NANOS;

    /** So many messages were taken from the network in this duty cycle. */
    void take(int messages) {
        taken += messages;
    }

    /** So many datagrams went to the TUN. */
    void deliver(int datagrams) {
        delivered += datagrams;
    }

    /** How many receives this duty cycle may make at once, of at most {@code most}; while bursts come, one after the other. */
    int takes(int most, long now) {
        if (now - lastTurn > BURSTS_NANOS) {
            return most;
        }
        return taken < TURN ? 1 : 0;
    }

    /** Ends a duty cycle; whether it is the readers' turn. */
    boolean isTurn(long now) {
        taken = 0;
        if (delivered < TURN) {
            return false;
        }
        delivered = 0;
        lastTurn = now;
        return true;
    }
}
