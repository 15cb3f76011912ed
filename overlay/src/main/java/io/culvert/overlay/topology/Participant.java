// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.topology;

import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Role;
import java.util.Map;

/**
 * A node with its valid records. Name, prefixes, labels and role are the member record's, which the enroller signed;
 * keys and endpoints are the node record's, which the node signed.
 */
public record Participant(Member member, Node node) {
    /** The node's name. */
    public String name() {
        return member.name();
    }

    /** Whether other nodes may be reached through it. */
    boolean isGateway() {
        return member.role() == Role.GATEWAY;
    }

    Map<String, String> labels() {
        return member.labels();
    }
}
