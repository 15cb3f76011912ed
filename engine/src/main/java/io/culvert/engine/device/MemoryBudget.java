// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

/**
 * The memory that peers, their sessions and requests about them may use: what does not fit is refused before anything
 * is changed, so that the heap is never exhausted, which would end every tunnel. A request that would not fit is
 * refused whole; a handshake that would need a session more is not answered, while the sessions that exist go on and
 * renew their keys.
 *
 * <p>The sizes are upper bounds of what was measured; {@code MemoryBudgetTest} compares them with the heap. Configured
 * peers take three quarters at most, and so do sessions: neither can displace the other entirely. And both together
 * leave a part in which requests begin, so that peers can be removed when the memory is full.
 *
 * <p>Any thread; under its own lock, which the data path never takes.
 */
public final class MemoryBudget {
    /** Bytes of a configured peer with an endpoint, without allowed IPs and without a session. */
    public static final long PEER = 544;
    /** Bytes of an allowed IP. */
    public static final long ALLOWED_IP = 160;
    /** Bytes of a preshared key, off the heap. */
    public static final long PRESHARED_KEY = 320;
    /** Bytes of a peer's sessions: three keypairs with replay windows, two queues, a handshake and indices. */
    public static final long SESSION = 6 * 1024;

    /** Requests take their memory in pieces of so many bytes. */
    public static final long REQUEST_PIECE = 64 * 1024;

    /** The young generation takes part of the heap, in which nothing stays; see bin/culvert.jvmopts. */
    private static final long YOUNG_GENERATION = 16L << 20;

    /** A sixteenth is for requests alone, and no more than the first pieces of 64 requests at once need. */
    private static final int RESERVED_PART = 16;

    private static final long MOST_RESERVED = 64 * REQUEST_PIECE;

    // Guarded by this.
    private long limit;
    private long configured;
    private long sessions;
    private long requests;
    private long refusedSessions;

    /** A budget of so many bytes. */
    public MemoryBudget(long bytes) {
        limit = bytes;
    }

    /** A budget of what is free in the Java heap now, less what collecting garbage needs. */
    public static MemoryBudget ofHeap() {
        MemoryBudget budget = new MemoryBudget(0);
        budget.measure();
        return budget;
    }

    /** Sets the limit to what is free in the Java heap now: to be called before a peer is added, without garbage. */
    public synchronized void measure() {
        Runtime runtime = Runtime.getRuntime();
        long most = runtime.maxMemory();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long free = most - used - Math.min(YOUNG_GENERATION, most / 3);
        limit = Math.max(0, free - free / 8);
    }

    /** The bytes that all uses may take together. */
    public synchronized long limit() {
        return limit;
    }

    /** The bytes in use. */
    public synchronized long used() {
        return configured + sessions + requests;
    }

    /** How many handshakes were not answered because a session would not have fitted. */
    public synchronized long refusedSessions() {
        return refusedSessions;
    }

    /** Whether a configuration may become larger by so many bytes. */
    synchronized boolean fits(long more) {
        long configuration = configured + more;
        return more <= 0 || configuration <= limit - limit / 4 && fitsWithoutReserve(more);
    }

    /** A configuration became larger, or smaller, by so many bytes. */
    synchronized void addConfigured(long more) {
        configured += more;
    }

    /** Takes the memory of a peer's sessions; {@code false} if it does not fit. */
    synchronized boolean trySession() {
        long more = sessions + SESSION;
        if (more > limit - limit / 4 || !fitsWithoutReserve(SESSION)) {
            refusedSessions++;
            return false;
        }
        sessions = more;
        return true;
    }

    /** Gives the memory of a peer's sessions back. */
    synchronized void endSession() {
        sessions -= SESSION;
    }

    /** Takes the first piece of memory for a request, also from what is reserved; {@code false} if it does not fit. */
    public synchronized boolean tryBeginRequest() {
        if (configured + sessions + requests + REQUEST_PIECE > limit) {
            return false;
        }
        requests += REQUEST_PIECE;
        return true;
    }

    /** Takes another piece of memory for a request while it is read; {@code false} if it does not fit. */
    public synchronized boolean tryContinueRequest() {
        if (!fitsWithoutReserve(REQUEST_PIECE)) {
            return false;
        }
        requests += REQUEST_PIECE;
        return true;
    }

    private boolean fitsWithoutReserve(long more) {
        long reserved = Math.min(limit / RESERVED_PART, MOST_RESERVED);
        return configured + sessions + requests + more <= limit - reserved;
    }

    /** Gives back what requests took. */
    public synchronized void endRequest(long bytes) {
        requests -= bytes;
    }
}
