// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.List;
import java.util.Locale;

/**
 * Who is whose peer.
 *
 * @param shape of the network
 * @param allow pairs of labels that may talk; empty: all nodes may
 */
public record Topology(Shape shape, List<LabelPair> allow) {
    /** The most pairs of labels. */
    public static final int MAX_PAIRS = 16;

    /** The label that names a node's region. */
    public static final String REGION = "region";

    /** The region of gateways whose label names none. */
    public static final String DEFAULT_REGION = "default";

    /** Shapes of a network. */
    public enum Shape {
        /** Each node is the peer of each. */
        MESH,
        /** Nodes of one region are peers; others are reached through the gateways of the regions. */
        REGIONS,
        /** Gateways are the peers of all nodes, and nodes reach each other through them. */
        HUB;

        /** The name in lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads a {@link #label}. */
        public static Shape of(String label) {
            for (Shape shape : values()) {
                if (shape.label().equals(label)) {
                    return shape;
                }
            }
            throw new IllegalArgumentException("not one of mesh, regions and hub: " + label);
        }
    }

    /** Copies the list. */
    public Topology {
        allow = List.copyOf(allow);
        if (allow.size() > MAX_PAIRS) {
            throw new IllegalArgumentException("more than " + MAX_PAIRS + " pairs of labels");
        }
    }

    static Topology read(Fields fields) throws RecordException {
        Shape shape = fields.parsed("shape", RecordProblem.BAD_VALUE, Shape::of);
        List<LabelPair> allow = fields.list("allow", MAX_PAIRS, RecordProblem.BAD_LABEL, LabelPair::of);
        fields.end();
        return new Topology(shape, allow);
    }
}
