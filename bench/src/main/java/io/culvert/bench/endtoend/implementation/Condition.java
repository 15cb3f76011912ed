// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of a tunnel. It follows the name of a test: {@code tcp1@ipv6}, {@code tcp8@gateway@mtu9000}.
 *
 * @param ipv6 whether the tunnel runs over IPv6
 * @param mtu of the underlay, in bytes; the tunnel's is {@value #OVERHEAD} less
 * @param peers configured at each end, including the other end; at a hub, at least its spokes
 * @param topology where the traffic begins and ends
 * @param spokes the peers of a hub that have traffic; 0 in other topologies
 */
public record Condition(boolean ipv6, int mtu, int peers, Topology topology, int spokes) {
    /** IPv4, an MTU of 1500, one peer, traffic between the ends. */
    public static final Condition DEFAULT = new Condition(false, 1500, 1, Topology.ENDS, 0);

    /** WireGuard's overhead over IPv6; all implementations reserve it, so that their packets have the same size. */
    public static final int OVERHEAD = 80;

    private static final int MAX_PEERS = 1 << 20;
    /** One of each special kind, and two whose shares are compared. */
    private static final int MIN_SPOKES = 6;

    private static final int MAX_SPOKES = 250;
    private static final String KNOWN = "ipv6, mtuN, peersN, gateway, gateway6, gateway-nat, gateway6-nat, vxlan, hubN";

    /**
     * Rejects an MTU outside of 1280 to 65535, fewer than 1 or more than 2^20 peers, and a hub with fewer than 6 or
     * more than 250 spokes or over IPv6.
     */
    public Condition {
        if (mtu < 1280 || mtu > 65535) {
            throw new IllegalArgumentException("expected an MTU from 1280 to 65535, got " + mtu);
        }
        if (peers < 1 || peers > MAX_PEERS) {
            throw new IllegalArgumentException("expected 1 to " + MAX_PEERS + " peers, got " + peers);
        }
        if (topology == Topology.HUB && (spokes < MIN_SPOKES || spokes > MAX_SPOKES)) {
            throw new IllegalArgumentException(
                    "expected a hub with " + MIN_SPOKES + " to " + MAX_SPOKES + " peers, got hub" + spokes);
        }
        if (topology == Topology.HUB && ipv6) {
            throw new IllegalArgumentException("a hub is measured over IPv4 only");
        }
    }

    /**
     * Parses the words after a test's name.
     *
     * @throws IllegalArgumentException if a word is unknown, or two of them name topologies
     */
    public static Condition of(List<String> words) {
        Condition condition = DEFAULT;
        for (String word : words) {
            condition = condition.with(word);
        }
        return condition;
    }

    private Condition with(String word) {
        Optional<Topology> named = Topology.of(word);
        if (named.isPresent()) {
            return placed(word, named.get(), 0);
        }
        if (word.matches("hub\\d{1,5}")) {
            return placed(word, Topology.HUB, Integer.parseInt(word.substring(3)));
        }
        if (word.equals("ipv6")) {
            return new Condition(true, mtu, peers, topology, spokes);
        }
        if (word.matches("mtu\\d{1,5}")) {
            return new Condition(ipv6, Integer.parseInt(word.substring(3)), peers, topology, spokes);
        }
        if (word.matches("peers\\d{1,7}")) {
            return new Condition(ipv6, mtu, Integer.parseInt(word.substring(5)), topology, spokes);
        }
        throw new IllegalArgumentException("unknown condition \"" + word + "\"; known: " + KNOWN);
    }

    /** This condition with another number of peers. */
    public Condition withPeers(int count) {
        return new Condition(ipv6, mtu, count, topology, spokes);
    }

    private Condition placed(String word, Topology other, int hub) {
        if (topology != Topology.ENDS) {
            throw new IllegalArgumentException(
                    "a test has one topology, got \"" + topologyWord() + "\" and \"" + word + "\"");
        }
        return new Condition(ipv6, mtu, peers, other, hub);
    }

    private String topologyWord() {
        return topology.word() + (topology == Topology.HUB ? spokes : "");
    }

    /** The MTU of the tunnel's interface. */
    public int innerMtu() {
        return mtu - OVERHEAD;
    }

    /** As in names of tests, with an {@code @} before each word; empty for {@link #DEFAULT}. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>(List.of(""));
        if (topology != Topology.ENDS) {
            words.add(topologyWord());
        }
        if (ipv6) {
            words.add("ipv6");
        }
        if (mtu != DEFAULT.mtu) {
            words.add("mtu" + mtu);
        }
        if (peers != DEFAULT.peers) {
            words.add("peers" + peers);
        }
        return String.join("@", words);
    }
}
