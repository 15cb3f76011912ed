// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.ipam;

import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Transaction;
import java.time.Instant;
import java.util.Optional;

/** What a node's claim of an index consists of. */
public interface Claim {
    /** The network's name. */
    String network();

    /** The pool. */
    Pool pool();

    /** The node's name. */
    String node();

    /** The key that is written with the index: the node's member record. */
    String memberKey();

    /** The member record that is there now, to be replaced; empty: there must be none. */
    Optional<Entry> member();

    /** The index that the node had by its former membership, if that was of this pool. */
    Optional<Long> formerIndex();

    /** By which it is judged whether an index has rested. */
    Instant now();

    /** The allocation of an entry; empty if it cannot be believed, and so the index not given to anybody. */
    Optional<Allocation> read(Entry entry);

    /** Whether an allocation with this key was seen before, though the store has none now. */
    boolean wasSeen(String key);

    /** Adds the writes of the claim. Called once for each attempt. */
    Transaction.Builder write(Transaction.Builder transaction, long index, Optional<Entry> present);
}
