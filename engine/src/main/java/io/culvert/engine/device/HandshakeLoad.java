// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.message.Limits;

/**
 * Whether handshake messages come faster than they are processed, so that their senders must show a cookie: an eighth
 * of the queue waits, or did within the last second, as in the kernel. While as many senders are asked for a cookie in
 * a second, the load lasts: otherwise each second without load would fill the queue again.
 *
 * <p>Any thread.
 */
final class HandshakeLoad {
    private static final int THRESHOLD = Limits.MAX_QUEUED_INCOMING_HANDSHAKES / 8;
    private static final long SECOND = 1_000_000_000L;

    /**
     * When the load was seen last. Any thread writes and reads it, without order: a stale value only shifts the time.
     */
    private volatile long last;
    /** Whether it was ever seen. Written after {@link #last}. */
    private volatile boolean seen;

    // Guarded by this: the senders asked for a cookie since the begin of a period.
    private int asked;
    private long begin;

    /** Whether the queue, in which {@code waiting} messages wait, is under load. */
    boolean isUnderLoad(int waiting, long now) {
        if (waiting >= THRESHOLD) {
            see(now);
            return true;
        }
        return seen && now - last < SECOND;
    }

    /** Under load {@code count} senders without a cookie were to be asked for one. */
    synchronized void asked(int count, long now) {
        if (now - begin >= SECOND) {
            begin = now;
            asked = 0;
        }
        asked += count;
        if (asked >= THRESHOLD) {
            see(now);
        }
    }

    private void see(long now) {
        last = now;
        seen = true;
    }
}
