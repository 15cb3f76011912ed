// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.store.Entry;

/** The verified records of one node. On the loop. */
final class KnownNode {
    Entry memberEntry;
    Member member;
    Entry nodeEntry;
    /** Null as long as there is no record that the member's identity signed. */
    Node node;
    /** Whether the store has the member record no longer. */
    boolean isMemberGone;
    /** Whether the store has the node record no longer. */
    boolean isNodeGone;

    /** Whether the store has one of the records no longer. */
    boolean isDeparted() {
        return isMemberGone || isNodeGone;
    }

    /** Whether both records are there. */
    boolean isComplete() {
        return member != null && node != null;
    }
}
