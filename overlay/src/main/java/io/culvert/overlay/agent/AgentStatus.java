// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.util.List;
import java.util.Map;

/**
 * How an agent does.
 *
 * @param isSynced whether the store is being watched, and all that it told is known
 * @param revision the store's revision that is known
 * @param snapshotAgeSeconds since the store was last heard of; negative if it never was
 * @param nodes members of the network that are known, this one included
 * @param peers nodes that the interface has as peers
 * @param plannedPeers nodes that it is to have
 * @param leaving nodes without records that wait for their turn to go
 * @param held records in use that a store which went back lacks
 * @param restores how often the store went back
 * @param rejected records refused, by reason; all reasons are named
 * @param watchRestarts how often a watch ended and was begun anew
 * @param lists how often all records were listed
 * @param applies how often peers were changed
 * @param applySeconds how long that took in all
 * @param membershipEndSeconds end of this node's membership, in seconds since 1970; 0 if it has none
 * @param isChangingKey whether a change of the WireGuard key is under way
 * @param publicKey the interface's key
 * @param storeProblem why the store is out of reach; empty if it is not
 * @param clockProblem what is wrong with the clock
 * @param interfaceProblem why the interface is not as planned
 * @param recordProblem why this node's record is not as it is to be
 * @param snapshotProblem why the snapshot on the disk is old
 */
public record AgentStatus(
        String network,
        String node,
        String interfaceName,
        boolean isSynced,
        long revision,
        long snapshotAgeSeconds,
        int nodes,
        int peers,
        int plannedPeers,
        int leaving,
        int held,
        long restores,
        Map<String, Long> rejected,
        long watchRestarts,
        long lists,
        long applies,
        double applySeconds,
        long membershipEndSeconds,
        boolean isChangingKey,
        String publicKey,
        String storeProblem,
        String clockProblem,
        String interfaceProblem,
        String recordProblem,
        String snapshotProblem) {
    /** All that is wrong, in words. */
    public List<String> problems() {
        return List.of(storeProblem, clockProblem, interfaceProblem, recordProblem, snapshotProblem).stream()
                .filter(problem -> !problem.isEmpty())
                .toList();
    }
}
