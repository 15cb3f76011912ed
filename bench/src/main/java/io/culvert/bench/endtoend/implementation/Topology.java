// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import java.util.Arrays;
import java.util.Optional;

/** Where the traffic of a test begins and ends, seen from the tunnel. */
public enum Topology {
    /** At the tunnel's own ends. */
    ENDS("", false, false, false),
    /** At hosts behind the ends, which forward IPv4. */
    GATEWAY("gateway", true, false, false),
    /** At hosts behind the ends, which forward IPv6. */
    GATEWAY6("gateway6", true, true, false),
    /** As {@link #GATEWAY}, with source NAT, connection tracking and a stateful filter at side 0. */
    GATEWAY_NAT("gateway-nat", true, false, true),
    /** As {@link #GATEWAY_NAT}, with IPv6. */
    GATEWAY6_NAT("gateway6-nat", true, true, true),
    /** In a VXLAN between the ends (RFC 7348), as an overlay's node has it. */
    VXLAN("vxlan", false, false, false),
    /** At one end that has many peers, and at those peers. */
    HUB("hub", false, false, false);

    private final String word;
    private final boolean forwards;
    private final boolean ipv6;
    private final boolean nat;

    Topology(String word, boolean forwards, boolean ipv6, boolean nat) {
        this.word = word;
        this.forwards = forwards;
        this.ipv6 = ipv6;
        this.nat = nat;
    }

    /** The topology of a word in the name of a test; empty if there is none. {@link #HUB}'s needs a number after it. */
    static Optional<Topology> of(String word) {
        return Arrays.stream(values())
                .filter(one -> one != ENDS && one != HUB && one.word.equals(word))
                .findFirst();
    }

    /** The word in the name of a test, without the {@code @}. */
    String word() {
        return word;
    }

    /** Whether the ends forward for hosts behind them. */
    public boolean forwards() {
        return forwards;
    }

    /** Whether the traffic is IPv6. */
    public boolean isIpv6() {
        return ipv6;
    }

    /** Whether addresses are translated, which needs nftables. */
    public boolean hasNat() {
        return nat;
    }
}
