// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import java.util.ArrayList;
import java.util.List;

/**
 * The configuration of a tunnel. It follows the name of a test: {@code tcp1@ipv6}, {@code tcp1@mtu9000@peers100}.
 *
 * @param ipv6 whether the tunnel runs over IPv6
 * @param mtu of the underlay, in bytes; the tunnel's is {@value #OVERHEAD} less
 * @param peers configured at each end, including the other end
 */
public record Condition(boolean ipv6, int mtu, int peers) {
    /** IPv4, an MTU of 1500, one peer. */
    public static final Condition DEFAULT = new Condition(false, 1500, 1);

    /** WireGuard's overhead over IPv6; all implementations reserve it, so that their packets have the same size. */
    public static final int OVERHEAD = 80;

    private static final int MAX_PEERS = 60_000;

    /** Rejects an MTU outside of 1280 to 65535, and fewer than 1 or more than 60,000 peers. */
    public Condition {
        if (mtu < 1280 || mtu > 65535) {
            throw new IllegalArgumentException("expected an MTU from 1280 to 65535, got " + mtu);
        }
        if (peers < 1 || peers > MAX_PEERS) {
            throw new IllegalArgumentException("expected 1 to " + MAX_PEERS + " peers, got " + peers);
        }
    }

    /**
     * Parses the words after a test's name.
     *
     * @throws IllegalArgumentException if a word is neither {@code ipv6} nor {@code mtuN} nor {@code peersN}
     */
    public static Condition of(List<String> words) {
        Condition condition = DEFAULT;
        for (String word : words) {
            if (word.equals("ipv6")) {
                condition = new Condition(true, condition.mtu, condition.peers);
            } else if (word.matches("mtu\\d{1,5}")) {
                condition = new Condition(condition.ipv6, Integer.parseInt(word.substring(3)), condition.peers);
            } else if (word.matches("peers\\d{1,5}")) {
                condition = new Condition(condition.ipv6, condition.mtu, Integer.parseInt(word.substring(5)));
            } else {
                throw new IllegalArgumentException("unknown condition \"" + word + "\"; known: ipv6, mtuN, peersN");
            }
        }
        return condition;
    }

    /** The MTU of the tunnel's interface. */
    public int innerMtu() {
        return mtu - OVERHEAD;
    }

    /** As in names of tests, with an {@code @} before each word; empty for {@link #DEFAULT}. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>(List.of(""));
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
