// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import io.culvert.laws.Draw;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Records for tests: plain ones, and any that are valid. */
public final class Records {
    public static final String NET = "lab";
    public static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    public static final Instant END = Instant.parse("2026-04-01T00:00:00Z");

    private Records() {}

    /** A key whose bytes are all the same. */
    public static Key key(int value) {
        byte[] bytes = new byte[Key.BYTES];
        java.util.Arrays.fill(bytes, (byte) value);
        return new Key(bytes);
    }

    /** A configuration with the pools 10.64.0.0/10 and fd00:64::/48. */
    public static Config config(long serial, List<Key> enrolmentKeys) {
        Pool pool = Pool.of("main", Prefix.of("10.64.0.0/10"), 24, Optional.of(Prefix.of("fd00:64::/48")));
        return new Config(
                NET,
                serial,
                List.of(pool),
                new Topology(Topology.Shape.MESH, List.of()),
                Limits.DEFAULT,
                enrolmentKeys);
    }

    /** A member with the prefixes of an index. */
    public static Member member(String name, long serial, Key identity, int index) {
        return new Member(
                NET,
                name,
                serial,
                identity,
                config(1, List.of(key(1))).pools().getFirst().at(index),
                Map.of(),
                Role.NODE,
                BEGIN,
                END);
    }

    /** A node with an endpoint. */
    public static Node node(String name, long serial, Key wireGuard) {
        return new Node(NET, name, serial, wireGuard, Optional.empty(), List.of(Endpoint.of("192.0.2.1:51820")));
    }

    static Key anyKey(Draw draw) {
        return new Key(draw.bytes(Key.BYTES, Key.BYTES));
    }

    private static String anyName(Draw draw) {
        StringBuilder name = new StringBuilder("n");
        int length = draw.integer(0, 20);
        for (int i = 0; i < length; i++) {
            name.append("abcdefghijklmnopqrstuvwxyz0123456789-".charAt(draw.integer(0, 36)));
        }
        return name.append("0").toString();
    }

    private static Instant anyTime(Draw draw) {
        return Instant.ofEpochSecond(draw.integer(0, Integer.MAX_VALUE));
    }

    private static long anySerial(Draw draw) {
        return draw.longInteger(1, Content.MAX_SERIAL);
    }

    /** Any valid content. */
    static Content any(Draw draw) {
        long serial = anySerial(draw);
        String network = anyName(draw);
        return switch (Kind.values()[draw.integer(0, Kind.values().length - 1)]) {
            case CONFIG -> anyConfig(draw, network, serial);
            case MEMBER -> anyMember(draw, network, serial);
            case NODE -> {
                List<Endpoint> endpoints = new ArrayList<>();
                for (int i = draw.integer(0, Node.MAX_ENDPOINTS); i > 0; i--) {
                    endpoints.add(Endpoint.of(
                            draw.integer(0, 1) == 0
                                    ? "192.0.2." + draw.integer(0, 255) + ":" + draw.integer(1, 65535)
                                    : "[2001:db8::" + Integer.toHexString(draw.integer(0, 65535)) + "]:"
                                            + draw.integer(1, 65535)));
                }
                Key wireGuard = anyKey(draw);
                Optional<Key> next = draw.integer(0, 1) == 0
                        ? Optional.empty()
                        : Optional.of(anyKey(draw)).filter(key -> !key.equals(wireGuard));
                yield new Node(network, anyName(draw), serial, wireGuard, next, endpoints);
            }
            case ALLOCATION ->
                new Allocation(network, anyName(draw), draw.integer(0, 1 << 24), serial, anyName(draw), anyTime(draw));
            case GATEWAY -> new Gateway(network, anyName(draw), anyName(draw), serial);
        };
    }

    private static Config anyConfig(Draw draw, String network, long serial) {
        List<Pool> pools = new ArrayList<>();
        for (int i = draw.integer(1, Config.MAX_POOLS); i > 0; i--) {
            int length = draw.integer(8, 24);
            int nodeLength = draw.integer(length, Math.min(32, length + 24));
            Prefix prefix = new Prefix(Addresses.of(10 + i + ".0.0.0"), length);
            Optional<Prefix> prefix6 = draw.integer(0, 1) == 0
                    ? Optional.empty()
                    : Optional.of(Prefix.of("fd00:" + i + "::/" + draw.integer(32, 64)));
            pools.add(Pool.of(anyName(draw) + i, prefix, nodeLength, prefix6));
        }
        List<LabelPair> allow = new ArrayList<>();
        for (int i = draw.integer(0, 8); i > 0; i--) {
            allow.add(new LabelPair(anyName(draw) + "=" + anyName(draw), "tier=a.b_c/d"));
        }
        Limits limits = new Limits(
                draw.integer(1280, 65455),
                draw.integer(0, 65535),
                draw.integer(1, 3660),
                draw.integer(0, 8760),
                draw.integer(0, 3660),
                draw.integer(1, 100));
        Topology.Shape shape = Topology.Shape.values()[draw.integer(0, 2)];
        List<Key> keys = draw.integer(0, 1) == 0 ? List.of(key(1)) : List.of(key(1), key(2));
        return new Config(network, serial, pools, new Topology(shape, allow), limits, keys);
    }

    private static Member anyMember(Draw draw, String network, long serial) {
        List<Prefix> prefixes = new ArrayList<>();
        for (int i = draw.integer(1, Member.MAX_PREFIXES); i > 0; i--) {
            prefixes.add(
                    draw.integer(0, 1) == 0
                            ? Prefix.of("10." + i + "." + draw.integer(0, 255) + ".0/24")
                            : Prefix.of("fd00:0:0:" + i + "::/64"));
        }
        Map<String, String> labels = new TreeMap<>();
        for (int i = draw.integer(0, Member.MAX_LABELS); i > 0; i--) {
            labels.put(anyName(draw) + i, anyName(draw));
        }
        Instant begin = anyTime(draw);
        return new Member(
                network,
                anyName(draw),
                serial,
                anyKey(draw),
                prefixes,
                labels,
                Role.values()[draw.integer(0, 2)],
                begin,
                begin.plusSeconds(draw.integer(1, Integer.MAX_VALUE)));
    }
}
