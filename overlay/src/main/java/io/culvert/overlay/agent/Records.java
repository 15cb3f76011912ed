// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The verified records of a network. A record that is refused is counted, and the one before stays; no other record is
 * touched. On the loop.
 */
final class Records {
    private static final Logger LOG = System.getLogger(Records.class.getName());
    /** Node records whose member record has not come yet; the oldest is forgotten first. */
    private static final int MAX_WAITING = 1024;

    private final String members;
    private final String nodes;
    private final String gateways;
    private final String configKey;
    private final String self;
    private final RecordVerifier verifier;
    private final Supplier<Instant> clock;
    private final Predicate<Key> isOwnKey;

    private final Map<String, KnownNode> known = new HashMap<>();
    private final Map<String, Entry> waiting = new LinkedHashMap<>();
    private final Map<Key, String> owners = new HashMap<>();
    private final Map<String, Entry> liveGateways = new HashMap<>();
    /** Their names; the same object until they change. */
    private Set<String> liveNames = Set.of();

    private final Map<RecordProblem, Long> rejected = new EnumMap<>(RecordProblem.class);
    private Entry configEntry;
    private Config config;

    private Set<String> changed = new HashSet<>();
    /** The configuration or the live gateways have. */
    private boolean isOtherwiseChanged;

    private boolean isEarly;

    /**
     * No records yet.
     *
     * @param clock by which validity is judged when a record comes
     * @param isOwnKey whether a WireGuard key is one of this node
     */
    Records(String network, String self, RecordVerifier verifier, Supplier<Instant> clock, Predicate<Key> isOwnKey) {
        members = Keys.members(network);
        nodes = Keys.nodes(network);
        gateways = Keys.gateways(network);
        configKey = Keys.config(network);
        this.self = self;
        this.verifier = verifier;
        this.clock = clock;
        this.isOwnKey = isOwnKey;
    }

    private final KeyOwners keyOwners = new KeyOwners() {
        @Override
        public boolean isOwn(Key key) {
            return isOwnKey.test(key);
        }

        @Override
        public Optional<String> owner(Key key) {
            return Optional.ofNullable(owners.get(key));
        }
    };

    /** The configuration; null before there is one. */
    Config config() {
        return config;
    }

    /** All nodes with a verified member record. */
    Map<String, KnownNode> known() {
        return known;
    }

    /** Names of gateways that live, as far as the store knows; immutable. */
    Set<String> liveGateways() {
        return liveNames;
    }

    private void liveGatewaysChanged() {
        liveNames = liveGateways.keySet().stream()
                .map(key -> key.substring(key.lastIndexOf('/') + 1))
                .collect(Collectors.toUnmodifiableSet());
        isOtherwiseChanged = true;
    }

    /** How many records were refused, by each reason that there is. */
    Map<String, Long> rejected() {
        Map<String, Long> counts = new TreeMap<>();
        for (RecordProblem problem : RecordProblem.values()) {
            counts.put(problem.label(), rejected.getOrDefault(problem, 0L));
        }
        return counts;
    }

    /** The names whose records have changed since this was last asked. */
    Set<String> takeChanged() {
        Set<String> taken = changed;
        isOtherwiseChanged = false;
        changed = new HashSet<>();
        return taken;
    }

    /** Whether something has changed since {@link #takeChanged}. */
    boolean isChanged() {
        return isOtherwiseChanged || !changed.isEmpty();
    }

    /** Whether a record was refused for a validity that has not begun. */
    boolean isEarly() {
        return isEarly;
    }

    /** Says that all records are taken once more. */
    void forgetEarly() {
        isEarly = false;
    }

    /** Takes back what {@link #takeChanged} gave. */
    void changedAgain(Set<String> names) {
        changed.addAll(names);
    }

    /** Takes records that were verified before they were kept. */
    void restore(List<Entry> entries) {
        RecordVerifier kept = verifier.kept();
        entries.forEach(entry -> put(entry, kept));
    }

    /** Takes all records of a list, each kind after those that it is verified by. */
    void put(List<Entry> entries) {
        entries.stream().filter(entry -> !entry.key().startsWith(gateways)).forEach(this::put);
        entries.stream().filter(entry -> entry.key().startsWith(gateways)).forEach(this::put);
    }

    /** Takes a record of the store. */
    void put(Entry entry) {
        put(entry, verifier);
    }

    private void put(Entry entry, RecordVerifier reader) {
        String key = entry.key();
        try {
            if (key.equals(configKey)) {
                putConfig(entry, reader);
            } else if (key.startsWith(members)) {
                putMember(key.substring(members.length()), entry, reader);
            } else if (key.startsWith(nodes)) {
                putNode(key.substring(nodes.length()), entry, reader);
            } else if (key.startsWith(gateways)) {
                putGateway(key.substring(key.lastIndexOf('/') + 1), entry, reader);
            }
        } catch (RecordException e) {
            rejected.merge(e.problem(), 1L, Long::sum);
            isEarly |= e.problem() == RecordProblem.NOT_YET_VALID;
            LOG.log(
                    Level.WARNING,
                    "the record {0} is refused: {1} ({2})",
                    printable(key),
                    e.getMessage(),
                    e.problem().label());
        }
    }

    /** Keys come from the store, too. */
    private static String printable(String key) {
        return key.replaceAll("[^ -~]", "?").substring(0, Math.min(key.length(), 200));
    }

    private static boolean isSame(Entry before, Entry entry) {
        return before != null && Arrays.equals(before.value(), entry.value());
    }

    private static void requireNewer(Content before, Content now) throws RecordException {
        if (before != null && now.serial() < before.serial()) {
            throw new RecordException(
                    RecordProblem.SERIAL_WENT_BACK,
                    "serial " + now.serial() + " after " + before.serial() + ": the store was restored, or lies");
        }
        if (before != null && now.serial() == before.serial()) {
            throw new RecordException(
                    RecordProblem.SERIAL_REUSED, "serial " + now.serial() + " has been seen with other content");
        }
    }

    private void requireConfig() throws RecordException {
        if (config == null) {
            throw new RecordException(
                    RecordProblem.UNKNOWN_SIGNER, "there is no configuration that names who may sign");
        }
    }

    private void putConfig(Entry entry, RecordVerifier reader) throws RecordException {
        if (!isSame(configEntry, entry)) {
            Config now = reader.config(entry);
            requireNewer(config, now);
            config = now;
            isOtherwiseChanged = true;
        }
        configEntry = entry;
    }

    private void putMember(String name, Entry entry, RecordVerifier reader) throws RecordException {
        KnownNode node = known.get(name);
        if (node == null || !isSame(node.memberEntry, entry)) {
            requireConfig();
            Member now = reader.member(entry, config, clock.get());
            requireNewer(node == null ? null : node.member, now);
            if (node == null) {
                node = new KnownNode();
                known.put(now.name(), node); // The record's own string: one for each node, not for each map.
            }
            boolean isOtherIdentity =
                    node.member == null || !node.member.identity().equals(now.identity());
            node.member = now;
            changed.add(now.name());
            if (isOtherIdentity) {
                verifyAgain(name, node, reader);
            }
        }
        node.memberEntry = entry;
        node.isMemberGone = false;
    }

    /** A node's record counts only with the identity that the member record names. */
    private void verifyAgain(String name, KnownNode node, RecordVerifier reader) {
        Entry candidate = waiting.remove(name);
        if (candidate == null) {
            candidate = node.nodeEntry;
        }
        forgetNode(node);
        if (candidate != null) {
            put(candidate, reader);
        }
    }

    private void forgetNode(KnownNode node) {
        if (node.node != null) {
            owners.remove(node.node.wireGuard());
            node.node.next().ifPresent(owners::remove);
        }
        node.node = null;
        node.nodeEntry = null;
        node.isNodeGone = false;
    }

    private void putNode(String name, Entry entry, RecordVerifier reader) throws RecordException {
        KnownNode node = known.get(name);
        if (node == null) {
            waiting.put(name, entry);
            if (waiting.size() > MAX_WAITING) {
                waiting.remove(waiting.keySet().iterator().next());
            }
            return;
        }
        if (!isSame(node.nodeEntry, entry)) {
            Node now = reader.node(entry, node.member, name.equals(self) ? KeyOwners.NONE : keyOwners);
            requireNewer(node.node, now);
            forgetNode(node);
            node.node = now;
            owners.put(now.wireGuard(), now.name());
            now.next().ifPresent(key -> owners.put(key, now.name()));
            changed.add(now.name());
        }
        node.nodeEntry = entry;
        node.isNodeGone = false;
    }

    private void putGateway(String name, Entry entry, RecordVerifier reader) throws RecordException {
        KnownNode node = known.get(name);
        if (node == null) {
            throw new RecordException(RecordProblem.NOT_A_MEMBER, "no member has this name");
        }
        Gateway gateway = reader.gateway(entry, node.member);
        if (liveGateways.put(gateway.key(), entry) == null) {
            liveGatewaysChanged();
        }
    }

    /**
     * Takes the end of a record, which nobody signs. The node's records stay until {@link #forget}.
     *
     * @return the name of the node that has departed by it; empty if none has
     */
    String delete(String key, long revision) {
        if (key.startsWith(gateways)) {
            if (liveGateways.remove(key) != null) {
                liveGatewaysChanged();
            }
            return "";
        }
        boolean isMember = key.startsWith(members);
        if (!isMember && !key.startsWith(nodes)) {
            return "";
        }
        String name = key.substring((isMember ? members : nodes).length());
        waiting.remove(name);
        KnownNode node = known.get(name);
        Entry entry = node == null ? null : isMember ? node.memberEntry : node.nodeEntry;
        if (entry == null || entry.modRevision() > revision) {
            return "";
        }
        node.isMemberGone |= isMember;
        node.isNodeGone |= !isMember;
        return name;
    }

    /** Keys that are known and that a complete list does not have. */
    List<String> missing(Set<String> listed) {
        List<String> missing = new ArrayList<>();
        known.values().forEach(node -> {
            for (Entry entry : Arrays.asList(node.memberEntry, node.nodeEntry)) {
                if (entry != null && !listed.contains(entry.key())) {
                    missing.add(entry.key());
                }
            }
        });
        liveGateways.keySet().stream().filter(key -> !listed.contains(key)).forEach(missing::add);
        return missing;
    }

    /** Keys that the store has no longer, of nodes that are still known. */
    Set<String> gone() {
        Set<String> gone = new HashSet<>();
        for (KnownNode node : known.values()) {
            if (node.isMemberGone) {
                gone.add(node.memberEntry.key());
            }
            if (node.isNodeGone) {
                gone.add(node.nodeEntry.key());
            }
        }
        return gone;
    }

    /** Forgets the records of a node that has departed. */
    void forget(String name) {
        KnownNode node = known.remove(name);
        if (node != null) {
            forgetNode(node);
            changed.add(name);
        }
    }

    /** All records in use, for a snapshot; member records before those that they verify. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>(2 * known.size() + 1);
        if (configEntry != null) {
            entries.add(configEntry);
        }
        known.values().forEach(node -> entries.add(node.memberEntry));
        known.values().stream().filter(node -> node.nodeEntry != null).forEach(node -> entries.add(node.nodeEntry));
        entries.addAll(liveGateways.values());
        return entries;
    }
}
