// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * All keys below a prefix, of one revision.
 *
 * @param entries in the order of their keys
 * @param revision that they show: watch from the one after
 */
public record Listing(List<Entry> entries, long revision) {
    private static final int PAGE = 500;

    /** Lists page by page. If the revision is compacted meanwhile, the future fails with {@code COMPACTED}. */
    public static CompletableFuture<Listing> of(Store store, String prefix, boolean serializable) {
        return next(store, prefix, serializable, new ArrayList<>(), 0);
    }

    private static CompletableFuture<Listing> next(
            Store store, String prefix, boolean serializable, List<Entry> entries, long revision) {
        String after = entries.isEmpty() ? "" : entries.getLast().key();
        return store.list(prefix, after, PAGE, revision, serializable).thenCompose(page -> {
            entries.addAll(page.entries());
            return page.more()
                    ? next(store, prefix, serializable, entries, page.revision())
                    : CompletableFuture.completedFuture(new Listing(entries, page.revision()));
        });
    }
}
