// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A node's membership, signed by an enrolment key.
 *
 * @param network the network's name
 * @param name the node's
 * @param serial rises with each version
 * @param identity the key of Ed25519 by which the node signs its records
 * @param prefixes the node's, IPv4 first; 1 to {@link #MAX_PREFIXES}
 * @param labels by name; at most {@link #MAX_LABELS}
 * @param role what the member is
 * @param notBefore the begin of its validity, in whole seconds
 * @param notAfter the end of its validity, in whole seconds, after the begin
 */
public record Member(
        String network,
        String name,
        long serial,
        Key identity,
        List<Prefix> prefixes,
        Map<String, String> labels,
        Role role,
        Instant notBefore,
        Instant notAfter)
        implements Content {
    /** The most prefixes of a node. */
    public static final int MAX_PREFIXES = 8;

    /** The most labels of a node. */
    public static final int MAX_LABELS = 8;

    /** Copies the collections, and checks them. */
    public Member {
        prefixes = List.copyOf(prefixes);
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        if (prefixes.isEmpty() || prefixes.size() > MAX_PREFIXES || new HashSet<>(prefixes).size() < prefixes.size()) {
            throw new IllegalArgumentException("a member has 1 to " + MAX_PREFIXES + " prefixes");
        }
        if (labels.size() > MAX_LABELS) {
            throw new IllegalArgumentException("a member has at most " + MAX_LABELS + " labels");
        }
        if (!notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException("a membership ends after it begins");
        }
    }

    @Override
    public Kind kind() {
        return Kind.MEMBER;
    }

    @Override
    public String key() {
        return Keys.member(network, name);
    }

    /** The node's region, if it has one. */
    public Optional<String> region() {
        return Optional.ofNullable(labels.get(Topology.REGION));
    }

    @Override
    public String toJson() {
        return Json.content(this, json -> {
            json.name("name").value(name);
            json.name("identity").value(identity.toString());
            Json.list(json, "prefixes", prefixes);
            if (!labels.isEmpty()) {
                json.name("labels").beginObject();
                for (Map.Entry<String, String> label : labels.entrySet()) {
                    json.name(label.getKey()).value(label.getValue());
                }
                json.endObject();
            }
            json.name("role").value(role.label());
            json.name("not_before").value(notBefore.toString());
            json.name("not_after").value(notAfter.toString());
        });
    }

    static Member read(String network, long serial, Fields fields) throws RecordException {
        String name = fields.name("name");
        Key identity = fields.parsed("identity", RecordProblem.BAD_VALUE, Key::ofBase64);
        List<Prefix> prefixes = fields.list("prefixes", MAX_PREFIXES, RecordProblem.BAD_VALUE, Prefix::of);
        Map<String, String> labels = fields.strings("labels");
        for (Map.Entry<String, String> label : labels.entrySet()) {
            boolean region = label.getKey().equals(Topology.REGION);
            if (!Name.isLabel(label.getKey())
                    || !(region ? Name.isName(label.getValue()) : Name.isLabel(label.getValue()))
                    || labels.size() > MAX_LABELS) {
                throw new RecordException(
                        RecordProblem.BAD_LABEL, "labels are not at most " + MAX_LABELS + " such as tier=web");
            }
        }
        Role role = fields.parsed("role", RecordProblem.BAD_VALUE, Role::of);
        Instant notBefore = fields.time("not_before");
        Instant notAfter = fields.time("not_after");
        try {
            return new Member(network, name, serial, identity, prefixes, labels, role, notBefore, notAfter);
        } catch (IllegalArgumentException e) {
            throw new RecordException(RecordProblem.BAD_VALUE, e.getMessage());
        }
    }
}
