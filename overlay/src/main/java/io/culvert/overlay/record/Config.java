// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The network's configuration, signed by an enrolment key.
 *
 * @param network its name
 * @param serial the network's epoch: it rises with each change
 * @param pools 1 to {@link #MAX_POOLS} that do not overlap
 * @param topology who is whose peer
 * @param limits figures for all nodes
 * @param enrolmentKeys one or two keys of Ed25519 that may sign this, members and allocations
 */
public record Config(
        String network, long serial, List<Pool> pools, Topology topology, Limits limits, List<Key> enrolmentKeys)
        implements Content {
    /** The most pools. */
    public static final int MAX_POOLS = 4;

    /** Copies the lists and checks them. */
    public Config {
        pools = List.copyOf(pools);
        enrolmentKeys = List.copyOf(enrolmentKeys);
        if (pools.isEmpty() || pools.size() > MAX_POOLS) {
            throw new IllegalArgumentException("a network has 1 to " + MAX_POOLS + " pools");
        }
        if (enrolmentKeys.isEmpty()
                || enrolmentKeys.size() > 2
                || new HashSet<>(enrolmentKeys).size() < enrolmentKeys.size()) {
            throw new IllegalArgumentException("a network has one or two enrolment keys");
        }
        for (int i = 0; i < pools.size(); i++) {
            for (Pool other : pools.subList(0, i)) {
                requireApart(pools.get(i), other);
            }
        }
    }

    private static void requireApart(Pool pool, Pool other) {
        boolean overlap6 = pool.prefix6()
                .flatMap(six -> other.prefix6().filter(six::overlaps))
                .isPresent();
        if (pool.name().equals(other.name()) || pool.prefix().overlaps(other.prefix()) || overlap6) {
            throw new IllegalArgumentException("the pools " + pool.name() + " and " + other.name() + " overlap");
        }
    }

    @Override
    public Kind kind() {
        return Kind.CONFIG;
    }

    @Override
    public String key() {
        return Keys.config(network);
    }

    /** The pool and index of which {@code prefix} is one of the prefixes. */
    public Optional<Pool> poolOf(Prefix prefix) {
        return pools.stream().filter(pool -> pool.indexOf(prefix).isPresent()).findFirst();
    }

    @Override
    public String toJson() {
        return Json.content(this, json -> {
            json.name("pools").beginArray();
            for (Pool pool : pools) {
                write(json, pool);
            }
            json.endArray();
            json.name("topology").beginObject();
            json.name("shape").value(topology.shape().label());
            Json.list(json, "allow", topology.allow());
            json.endObject();
            json.name("limits").beginObject();
            json.name("mtu").value(limits.mtu());
            json.name("keepalive").value(limits.keepalive());
            json.name("member_days").value(limits.memberDays());
            json.name("grace_hours").value(limits.graceHours());
            json.name("rotation_days").value(limits.rotationDays());
            json.name("removal_percent").value(limits.removalPercent());
            json.endObject();
            Json.list(json, "enrolment_keys", enrolmentKeys);
        });
    }

    private static void write(JsonWriter json, Pool pool) throws IOException {
        json.beginObject();
        json.name("name").value(pool.name());
        json.name("prefix").value(pool.prefix().toString());
        json.name("node_length").value(pool.nodeLength());
        if (pool.prefix6().isPresent()) {
            json.name("prefix6").value(pool.prefix6().get().toString());
            json.name("node_length6").value(pool.nodeLength6());
        }
        json.endObject();
    }

    static Config read(String network, long serial, Fields fields) throws RecordException {
        List<Pool> pools = new ArrayList<>();
        for (Fields pool : fields.objects("pools", MAX_POOLS)) {
            pools.add(readPool(pool));
        }
        Topology topology = Topology.read(fields.object("topology"));
        Limits limits = Limits.read(fields.object("limits"));
        List<Key> keys = fields.list("enrolment_keys", 2, RecordProblem.BAD_VALUE, Key::ofBase64);
        try {
            return new Config(network, serial, pools, topology, limits, keys);
        } catch (IllegalArgumentException e) {
            throw new RecordException(RecordProblem.BAD_VALUE, e.getMessage());
        }
    }

    private static Pool readPool(Fields fields) throws RecordException {
        String name = fields.name("name");
        Prefix prefix = fields.parsed("prefix", RecordProblem.BAD_VALUE, Prefix::of);
        int nodeLength = (int) fields.number("node_length", 0, 32);
        Optional<Prefix> prefix6 = fields.parsedIfPresent("prefix6", RecordProblem.BAD_VALUE, Prefix::of);
        int nodeLength6 = prefix6.isPresent() ? (int) fields.number("node_length6", 1, 128) : 0;
        fields.end();
        try {
            return new Pool(name, prefix, nodeLength, prefix6, nodeLength6);
        } catch (IllegalArgumentException e) {
            throw new RecordException(RecordProblem.BAD_VALUE, e.getMessage());
        }
    }
}
