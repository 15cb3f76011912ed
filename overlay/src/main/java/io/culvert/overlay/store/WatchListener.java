// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.util.List;

/**
 * What a watch reports, all on the loop. {@link #onCompacted} and {@link #onBroken} are the last call of a watch, which
 * needs no {@link Watch#close} then.
 */
public interface WatchListener {
    /**
     * Changes, in order; a revision's changes come in one call.
     *
     * @param revision the last event's: everything up to it has been reported
     */
    void onEvents(long revision, List<Event> events);

    /** Nothing has changed up to {@code revision}: the store is alive and the watch complete so far. */
    void onProgress(long revision);

    /** The store no longer has the changes since the revision asked for: list everything again. */
    void onCompacted(long compactRevision);

    /**
     * The watch ended: its connection broke, the store refused it, or reported nothing for {@link
     * Store#WATCH_SILENCE}. Watch again from the revision after the last one reported.
     */
    void onBroken(StoreException cause);
}
