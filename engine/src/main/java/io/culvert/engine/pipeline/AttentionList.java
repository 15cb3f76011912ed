// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The peers that want their home's attention: their state changes in a way that the home alone may carry out, because
 * of a train that another worker committed. Each peer is listed once at most, so the list is never full and nothing is
 * allocated. Producers: any worker. Consumer: the home.
 *
 * <p>A stack (R. K. Treiber, 1986) of which the home takes all, so that no element returns while another thread removes
 * it. The exchange of {@code first} orders the links.
 */
final class AttentionList {
    private static final VarHandle FIRST;

    static {
        try {
            FIRST = MethodHandles.lookup().findVarHandle(AttentionList.class, "first", PeerPath.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Exchanged by all, atomically. */
    private PeerPath first;

    /** Adds a peer that is not in the list. Any worker. */
    void add(PeerPath peer) {
        PeerPath seen;
        do {
            seen = (PeerPath) FIRST.getAcquire(this);
            peer.nextWanting = seen;
        } while (!FIRST.compareAndSet(this, seen, peer));
    }

    /** Whether the list is empty. Any thread. */
    boolean isEmpty() {
        return (PeerPath) FIRST.getAcquire(this) == null;
    }

    /** Removes all peers and attends to them; returns their number. The home. */
    int attendAll() {
        if (isEmpty()) {
            return 0;
        }
        int count = 0;
        PeerPath peer = (PeerPath) FIRST.getAndSet(this, null);
        while (peer != null) {
            // Read first: the peer may be listed again as soon as its wants are taken.
            PeerPath next = peer.nextWanting;
            peer.attendWants();
            peer = next;
            count++;
        }
        return count;
    }
}
