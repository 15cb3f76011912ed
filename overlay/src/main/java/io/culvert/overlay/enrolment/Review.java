// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import io.culvert.overlay.trust.Verifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is found in all records of a network. */
final class Review {
    private final String network;
    private final Verifier verifier;
    private final Instant now;
    private final List<String> findings = new ArrayList<>();
    private final Map<Kind, Integer> accepted = new EnumMap<>(Kind.class);
    private final Map<String, Member> members = new HashMap<>();
    private final Map<Key, String> owners = new HashMap<>();
    private final Map<Prefix, String> prefixes = new HashMap<>();
    private Config config;

    private Review(String network, Verifier verifier, Instant now) {
        this.network = network;
        this.verifier = verifier;
        this.now = now;
    }

    /** Looks at each record, in the order in which they depend on each other. */
    static Review of(String network, Verifier verifier, List<Entry> entries, Instant now) {
        Review review = new Review(network, verifier, now);
        for (Kind kind : Kind.values()) {
            for (Entry entry : entries) {
                if (Keys.kindOf(network, entry.key()).equals(Optional.of(kind))) {
                    review.look(kind, entry);
                }
            }
        }
        entries.stream()
                .filter(entry -> Keys.kindOf(network, entry.key()).isEmpty())
                .forEach(entry -> review.findings.add(entry.key() + ": no key of version 1"));
        return review;
    }

    private void look(Kind kind, Entry entry) {
        try {
            if (kind != Kind.CONFIG && config == null) {
                findings.add(entry.key() + ": cannot be judged without a configuration");
                return;
            }
            switch (kind) {
                case CONFIG ->
                    config = verifier.config(entry.key(), entry.value()).content();
                case MEMBER ->
                    add(verifier.member(entry.key(), entry.value(), config, now).content());
                case NODE ->
                    add(verifier.node(entry.key(), entry.value(), memberOf(entry), keyOwners())
                            .content());
                case ALLOCATION ->
                    check(verifier.allocation(entry.key(), entry.value(), config)
                            .content());
                default -> verifier.gateway(entry.key(), entry.value(), memberOf(entry));
            }
            accepted.merge(kind, 1, Integer::sum);
        } catch (RecordException e) {
            findings.add(entry.key() + ": " + e.problem().label() + " (" + e.getMessage() + ")");
        }
    }

    private Optional<Member> memberOf(Entry entry) {
        String name = entry.key().substring(entry.key().lastIndexOf('/') + 1);
        return Optional.ofNullable(members.get(name)).filter(member -> member.role() != Role.REVOKED);
    }

    private void add(Member member) {
        members.put(member.name(), member);
        if (member.role() == Role.REVOKED) {
            return;
        }
        for (Prefix prefix : member.prefixes()) {
            String other = prefixes.put(prefix, member.name());
            if (other != null) {
                findings.add(member.key() + ": has " + prefix + ", as " + other + " has");
            }
        }
    }

    private void add(Node node) {
        owners.put(node.wireGuard(), node.name());
        node.next().ifPresent(next -> owners.put(next, node.name()));
    }

    private KeyOwners keyOwners() {
        return new KeyOwners() {
            @Override
            public boolean isOwn(Key key) {
                return false;
            }

            @Override
            public Optional<String> owner(Key key) {
                return Optional.ofNullable(owners.get(key));
            }
        };
    }

    private void check(Allocation allocation) {
        config.pools().stream()
                .filter(pool -> pool.name().equals(allocation.pool()))
                .filter(pool -> allocation.index() >= pool.firstIndex() && allocation.index() <= pool.lastIndex())
                .flatMap(pool -> pool.at(allocation.index()).stream())
                .forEach(prefix -> {
                    String owner = prefixes.get(prefix);
                    if (owner != null && !owner.equals(allocation.node())) {
                        findings.add(allocation.key() + ": gives " + prefix + " to " + allocation.node() + ", and "
                                + owner + " has it");
                    }
                });
    }

    /** What is wrong, a line each. */
    List<String> findings() {
        return findings;
    }

    /** How many records are right. */
    String summary() {
        long revoked = members.values().stream()
                .filter(member -> member.role() == Role.REVOKED)
                .count();
        return network + ": " + count(Kind.MEMBER) + " members (" + revoked + " revoked), " + count(Kind.NODE)
                + " nodes, " + count(Kind.ALLOCATION) + " allocations, " + count(Kind.GATEWAY) + " gateways; "
                + findings.size() + " problems";
    }

    private int count(Kind kind) {
        return accepted.getOrDefault(kind, 0);
    }
}
