// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.util.HashMap;
import java.util.Map;

/**
 * What is measured.
 *
 * @param nodes agents in the JVM
 * @param relays through which they read; 0: each watches etcd
 * @param joinCount nodes that join one by one
 * @param rate joins a second
 * @param idleSeconds for which the idle network is watched
 * @param launcher {@code bin/culvert}, which starts the relays
 */
record BenchOptions(int nodes, int relays, int joinCount, double rate, int idleSeconds, String launcher) {
    /** Reads words such as {@code nodes=1000}; all of them have to be there. */
    static BenchOptions of(String[] words) {
        Map<String, String> values = new HashMap<>();
        for (String word : words) {
            String[] parts = word.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        return new BenchOptions(
                Integer.parseInt(values.get("nodes")),
                Integer.parseInt(values.get("relays")),
                Integer.parseInt(values.get("joins")),
                Double.parseDouble(values.get("rate")),
                Integer.parseInt(values.get("idle")),
                values.get("launcher"));
    }

    /** So many nodes have a peer of each other in a network with relays, which is one of regions. */
    int regionSize() {
        return relays == 0 ? nodes : Math.min(nodes, 50);
    }
}
