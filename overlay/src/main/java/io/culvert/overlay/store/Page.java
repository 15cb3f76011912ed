// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.util.List;

/**
 * A part of a listing.
 *
 * @param entries in the order of their keys
 * @param more whether keys follow after the last entry
 * @param revision the store's revision that the page shows: pass it on for the next page, and watch from the one after
 */
public record Page(List<Entry> entries, boolean more, long revision) {
    /** Copies the list. */
    public Page {
        entries = List.copyOf(entries);
    }
}
