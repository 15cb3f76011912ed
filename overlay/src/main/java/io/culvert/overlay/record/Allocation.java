// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.time.Instant;

/**
 * Who has an index of a pool, signed by an enrolment key. Only the enroller reads it: a node's prefixes are those of
 * its member record.
 *
 * @param network the network's name
 * @param pool the pool's
 * @param index in the pool
 * @param serial rises with each version
 * @param node who has it, or had it last
 * @param freeAfter when it may be given to another node: a membership's life twice after the node's ended
 */
public record Allocation(String network, String pool, long index, long serial, String node, Instant freeAfter)
        implements Content {
    @Override
    public Kind kind() {
        return Kind.ALLOCATION;
    }

    @Override
    public String key() {
        return Keys.allocation(network, pool, index);
    }

    @Override
    public String toJson() {
        return Json.content(this, json -> {
            json.name("pool").value(pool);
            json.name("index").value(index);
            json.name("node").value(node);
            json.name("free_after").value(freeAfter.toString());
        });
    }

    static Allocation read(String network, long serial, Fields fields) throws RecordException {
        String pool = fields.name("pool");
        long index = fields.number("index", 0, MAX_SERIAL);
        String node = fields.name("node");
        Instant freeAfter = fields.time("free_after");
        return new Allocation(network, pool, index, serial, node, freeAfter);
    }
}
