// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.Optional;

/** The keys of the store. */
public final class Keys {
    private Keys() {}

    /** The prefix of a network's keys. */
    public static String network(String network) {
        return "/culvert/v1/net/" + Name.require("network", network) + "/";
    }

    /** The key of the configuration. */
    public static String config(String network) {
        return network(network) + "config";
    }

    /** The prefix of all member records. */
    public static String members(String network) {
        return network(network) + "member/";
    }

    /** The key of a node's member record. */
    public static String member(String network, String node) {
        return members(network) + Name.require("node", node);
    }

    /** The prefix of all node records. */
    public static String nodes(String network) {
        return network(network) + "node/";
    }

    /** The key of a node's own record. */
    public static String node(String network, String node) {
        return nodes(network) + Name.require("node", node);
    }

    /** The prefix of a pool's allocations. */
    public static String allocations(String network, String pool) {
        return network(network) + "ipam/" + Name.require("pool", pool) + "/";
    }

    /** The key of an allocation; indexes have ten digits, so that keys are in the order of the numbers. */
    public static String allocation(String network, String pool, long index) {
        return allocations(network, pool) + "%010d".formatted(index);
    }

    /** The prefix of all gateways that live. */
    public static String gateways(String network) {
        return network(network) + "gw/";
    }

    /** The key of a gateway. */
    public static String gateway(String network, String region, String node) {
        return gateways(network) + Name.require("region", region) + "/" + Name.require("node", node);
    }

    /** The kind of record that a network's key is for; empty if it is for none. The rest of the key is not checked. */
    public static Optional<Kind> kindOf(String network, String key) {
        String prefix = network(network);
        if (!key.startsWith(prefix)) {
            return Optional.empty();
        }
        String rest = key.substring(prefix.length());
        return switch (rest.contains("/") ? rest.substring(0, rest.indexOf('/') + 1) : rest) {
            case "config" -> Optional.of(Kind.CONFIG);
            case "member/" -> Optional.of(Kind.MEMBER);
            case "node/" -> Optional.of(Kind.NODE);
            case "ipam/" -> Optional.of(Kind.ALLOCATION);
            case "gw/" -> Optional.of(Kind.GATEWAY);
            default -> Optional.empty();
        };
    }
}
