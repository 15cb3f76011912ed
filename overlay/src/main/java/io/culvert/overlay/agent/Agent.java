// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.topology.Participant;
import io.culvert.overlay.topology.PeerPlan;
import io.culvert.overlay.trust.KeyOwners;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The agent of one node: it takes the records of its network from the store, or at first from its snapshot, verifies
 * them, and keeps the peers of its interface as they say.
 *
 * <pre>
 *   snapshot ---+
 *               v
 *   store -> session -> records -> membership -> plan -> tunnel
 *              ^                                            |
 *              +-- own record <- key rotation <-------------+
 * </pre>
 *
 * <p>All on the loop. When it ends, the interface keeps its peers.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Agent.class.getName());
    private static final Duration TICK = Duration.ofSeconds(5);

    private final Loop loop;
    private final AgentOptions options;
    private final RecordVerifier verifier;
    private final Records records;
    private final KeyRotation rotation;
    private final OwnRecord own;
    private final GatewayLease lease;
    private final StoreFollower session;
    private final PeerPlan plan;
    private final PeerTable table;
    private final Tunnel tunnel;
    private final Departures departures;
    private final ClockCheck clock;
    private final ValidityCheck validity = new ValidityCheck();
    private final SnapshotKeeper snapshots;
    private final Gathering gathering;

    private boolean isSynced;
    /** Whether the interface may have had all nodes that are known as peers. */
    private boolean isRestoring;

    private boolean isSuspect;
    private long restores;
    private String storeProblem = "the store has not answered yet";
    private String clockProblem = "";
    private long revision;
    private long lastHeardMillis;
    private long lastEarlyList;
    private boolean isClosed;

    /** An agent that has not begun. */
    Agent(
            Loop loop,
            Store store,
            Host host,
            AgentOptions options,
            RecordVerifier verifier,
            RecordSigner signer,
            SnapshotStore snapshotStore,
            KeyRotation rotation,
            RandomGenerator random) {
        this.loop = loop;
        this.options = options;
        this.verifier = verifier;
        this.rotation = rotation;
        records = new Records(options.network(), options.node(), verifier, loop::now, rotation::isOwn);
        own = new OwnRecord(loop, store, options, rotation, signer, this::readOwn, this::ownCommitted);
        lease = new GatewayLease(loop, store, options, signer);
        session = new StoreFollower(
                loop, store, Keys.network(options.network()), own.key(), random, new SessionListener());
        plan = new PeerPlan(options.node());
        table = new PeerTable(host.wireGuard());
        tunnel = new Tunnel(loop, host, plan, table, rotation::current, options.listenPort(), random);
        departures = new Departures(loop.nanos(), options.isForced());
        clock = new ClockCheck(loop.now().toEpochMilli(), loop.nanos());
        snapshots = new SnapshotKeeper(loop, snapshotStore);
        gathering = new Gathering(loop, this::apply);
    }

    /**
     * Begins: configures the interface by the snapshot, if there is one, and then follows the store.
     *
     * @throws IOException if the snapshot cannot be read
     */
    void start() throws IOException {
        Optional<Snapshot> snapshot = snapshots.load();
        if (snapshot.isPresent()) {
            Snapshot found = snapshot.get();
            revision = found.revision();
            lastHeardMillis = found.writtenMillis();
            clock.saw(found.writtenMillis());
            records.restore(found.entries());
            departures.restore(found.held());
            found.gone().forEach(key -> departed(key, Long.MAX_VALUE));
            sawOwn(found.entries());
            checkClock();
            isRestoring = true;
            apply();
            isRestoring = false;
            LOG.log(
                    Level.INFO,
                    "{0} nodes from the snapshot of {1}",
                    records.known().size(),
                    Instant.ofEpochMilli(lastHeardMillis));
        }
        session.start(revision, snapshot.isPresent() && snapshot.get().isPartial());
        loop.schedule(this::tick, TICK);
    }

    private final class SessionListener implements StoreFollower.Listener {
        @Override
        public void onListed(List<Entry> entries, long listed, boolean isOfQuorum) {
            Set<String> keys = new HashSet<>();
            for (Entry entry : entries) {
                keys.add(entry.key());
                departures.returned(entry.key());
            }
            records.put(entries);
            List<String> missing = records.missing(keys);
            if ((listed < revision || isSuspect) && !options.isForced()) {
                restores++;
                LOG.log(
                        Level.ERROR,
                        "the store went back from revision {0} to {1}, as one restored from a backup does; {2} records "
                                + "that it lacks stay in use until their membership ends, or until --force",
                        Long.toString(revision),
                        Long.toString(listed),
                        missing.size());
                missing.forEach(departures::hold);
            } else {
                missing.forEach(key -> departed(key, listed));
            }
            isSuspect = false;
            revision = listed;
            if (!keys.contains(own.key())) {
                own.saw(Optional.empty(), null);
            }
            sawOwn(entries);
            synced();
        }

        @Override
        public void onEvents(long to, List<Event> events) {
            boolean isExchange = false;
            for (Event event : events) {
                if (event instanceof Event.Put put) {
                    departures.returned(event.key());
                    isExchange |= putExchangesKeys(put.entry());
                } else {
                    departed(event.key(), event.revision());
                }
                if (event.key().equals(own.key())) {
                    sawOwn(event instanceof Event.Put put ? Optional.of(put.entry()) : Optional.empty());
                }
            }
            revision = to;
            synced();
            if (isExchange) {
                // The node gives its interface the new key when it knows that the store has its record. That is to
                // happen before its peers leave the old one.
                gathering.goOn();
            }
        }

        @Override
        public void onProgress(long to) {
            revision = to;
            synced();
        }

        @Override
        public void onBroken(String reason) {
            if (isSynced || session.restarts() == 1) {
                LOG.log(Level.WARNING, "the store is out of reach, and all goes on as it is: {0}", reason);
            }
            isSynced = false;
            storeProblem = reason;
        }

        @Override
        public boolean isAsKnown(Optional<Entry> entry) {
            Entry known = own.stored();
            if (known == null || entry.isEmpty() || entry.get().modRevision() == known.modRevision()) {
                return true;
            }
            Node node = readOwn(entry.get());
            isSuspect = node == null || node.serial() < own.serial();
            return !isSuspect;
        }
    }

    private void departed(String key, long at) {
        if (departures.isHeld(key)) {
            return;
        }
        String name = records.delete(key, at);
        if (name.equals(options.node())) {
            LOG.log(Level.WARNING, "the store has no record {0} any more; this node keeps its peers", key);
        } else if (!name.isEmpty()) {
            departures.add(name);
        }
    }

    /** Takes a record, and says whether a node has exchanged its two keys by it. */
    private boolean putExchangesKeys(Entry entry) {
        String name = entry.key().substring(entry.key().lastIndexOf('/') + 1);
        KnownNode known = records.known().get(name);
        Node before = known == null ? null : known.node;
        records.put(entry);
        return before != null
                && known.node != null
                && known.node.next().filter(before.wireGuard()::equals).isPresent();
    }

    private void sawOwn(List<Entry> entries) {
        entries.stream()
                .filter(entry -> entry.key().equals(own.key()))
                .findAny()
                .ifPresent(entry -> sawOwn(Optional.of(entry)));
    }

    private void sawOwn(Optional<Entry> entry) {
        KnownNode known = records.known().get(options.node());
        if (known != null && known.node != null) {
            own.sawSerial(known.node.serial());
        }
        Node node = entry.map(this::readOwn).orElse(null);
        own.saw(entry, node);
        if (node != null) {
            ownCommitted(node);
        }
    }

    /** What an entry says, if this node signed it; else null. */
    private Node readOwn(Entry entry) {
        Member self = self();
        try {
            return self == null ? null : verifier.node(entry, self, KeyOwners.NONE);
        } catch (RecordException e) {
            return null; // It will be written anew.
        }
    }

    private void ownCommitted(Node node) {
        try {
            if (rotation.published(node, loop.nanos())) {
                LOG.log(Level.INFO, "the interface changes its key to {0}", node.wireGuard());
                tunnel.keyChanged();
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the WireGuard keys cannot be kept: {0}", e.getMessage());
        }
    }

    private Member self() {
        KnownNode known = records.known().get(options.node());
        return known == null ? null : known.member;
    }

    private void synced() {
        if (!isSynced) {
            LOG.log(Level.INFO, "in step with the store since revision {0}", Long.toString(revision));
        }
        boolean wasSynced = isSynced;
        isSynced = true;
        storeProblem = "";
        lastHeardMillis = loop.now().toEpochMilli();
        if (records.isChanged() || !departures.isEmpty()) {
            gathering.begin();
        }
        if (!wasSynced) {
            ensureOwn();
        }
    }

    private void ensureOwn() {
        KnownNode self = records.known().get(options.node());
        if (!isSynced || self == null || self.isMemberGone || records.config() == null) {
            return;
        }
        try {
            own.ensure(clockProblem.isEmpty() ? records.config().limits().rotationDays() : 0);
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the WireGuard keys cannot be kept: {0}", e.getMessage());
        }
        lease.ensure(self.member, records.config());
    }

    private void apply() {
        gathering.end();
        if (isClosed || records.config() == null) {
            return;
        }
        int percent = records.config().limits().removalPercent();
        departures.let(records, loop.nanos(), plan.nodes().size(), percent);
        Set<String> changed = records.takeChanged();
        for (String name : changed) {
            Optional.ofNullable(records.known().get(name))
                    .ifPresent(node -> clock.saw(node.member.notBefore().toEpochMilli()));
        }
        checkClock();
        try {
            verifier.flush();
        } catch (IOException e) {
            // What is not kept is not used: it could be replayed after a restart.
            LOG.log(Level.ERROR, "the serials of records cannot be kept: {0}", e.getMessage());
            records.changedAgain(changed);
            return;
        }
        change(changed);
        if (changed.contains(options.node())) {
            ensureOwn();
        }
        snapshots.changed();
    }

    private void change(Set<String> names) {
        Membership membership = membership();
        Map<String, Optional<Participant>> changes = new HashMap<>();
        for (String name : names) {
            Optional<Participant> before = Optional.ofNullable(plan.nodes().get(name));
            KnownNode node = records.known().get(name);
            Optional<Participant> now = name.equals(options.node())
                    ? membership.ofSelf(node)
                    : membership.of(node, before.isPresent() || isRestoring);
            if (!now.equals(before)) {
                changes.put(name, now);
            }
            if (node != null) {
                validity.judged(node.member, membership);
            }
        }
        Set<String> different = plan.update(records.config(), changes, records.liveGateways());
        Member self = self();
        if (self != null) {
            tunnel.describe(records.config(), self);
            tunnel.update(different);
        }
    }

    private Membership membership() {
        return new Membership(
                loop.now(),
                clockProblem.isEmpty(),
                isSynced,
                Duration.ofHours(records.config().limits().graceHours()));
    }

    private void checkClock() {
        clock.check(loop.now().toEpochMilli(), loop.nanos());
        String problem = clock.problem();
        if (!problem.equals(clockProblem)) {
            LOG.log(problem.isEmpty() ? Level.INFO : Level.ERROR, problem.isEmpty() ? "the clock is right" : problem);
        }
        if (problem.isEmpty() && !clockProblem.isEmpty() || records.isEarly() && isSynced && isListDue()) {
            records.forgetEarly();
            lastEarlyList = loop.nanos();
            session.listAgain();
        }
        clockProblem = problem;
    }

    private boolean isListDue() {
        return loop.nanos() - lastEarlyList >= ClockCheck.TOLERANCE.toNanos();
    }

    private void tick() {
        if (isClosed) {
            return;
        }
        checkClock();
        session.check();
        ensureOwn();
        if (!departures.isEmpty()) {
            apply();
        }
        long now = loop.nanos();
        if (records.config() != null && validity.isDue(now, membership())) {
            change(Set.copyOf(records.known().keySet()));
        }
        tunnel.look();
        // A record that waits for the changes to be gathered is not in the plan yet.
        boolean isPlanned = session.isComplete() && !records.isChanged();
        if (isPlanned && records.config() != null && plan.nodes().containsKey(options.node())) {
            tunnel.removeUnplanned(keys -> departures.grant(
                    keys, now, plan.nodes().size(), records.config().limits().removalPercent()));
        }
        snapshots.saveIfDue(this::snapshot);
        loop.schedule(this::tick, TICK);
    }

    /** Whether a node counts as one of the network. */
    boolean isTaken(String name) {
        return plan.nodes().containsKey(name);
    }

    /** How the agent does now. */
    AgentStatus status() {
        Member self = self();
        return new AgentStatus(
                options.network(),
                options.node(),
                options.interfaceName(),
                isSynced,
                revision,
                lastHeardMillis == 0 ? -1 : (loop.now().toEpochMilli() - lastHeardMillis) / 1000,
                records.known().size(),
                table.size(),
                plan.peers().size(),
                departures.leaving().size(),
                departures.held().size(),
                restores,
                records.rejected(),
                session.restarts(),
                session.lists(),
                tunnel.applies(),
                tunnel.applyNanos() / 1e9,
                self == null ? 0 : self.notAfter().getEpochSecond(),
                rotation.isChanging(),
                rotation.current().publicKey().toString(),
                storeProblem,
                clockProblem,
                tunnel.problem(),
                own.problem(),
                snapshots.problem());
    }

    /**
     * The peers, as the interface tells of them now.
     *
     * @throws IOException if it cannot be reached
     */
    List<PeerStatus> peers() throws IOException {
        tunnel.read();
        return table.peers().stream()
                .map(peer -> PeerStatus.of(peer, records.known().get(peer.plan().name())))
                .sorted(Comparator.comparing(PeerStatus::name))
                .toList();
    }

    /** Whether records were refused that a right clock, or one later, would take. */
    private boolean isPartial() {
        return !clockProblem.isEmpty() || records.isEarly();
    }

    private Snapshot snapshot() {
        return new Snapshot(
                revision, lastHeardMillis, isPartial(), records.entries(), records.gone(), departures.held());
    }

    /** Ends the agent; the interface and its peers stay. */
    @Override
    public void close() {
        isClosed = true;
        session.close();
        own.close();
        lease.close();
        tunnel.close();
        if (records.config() != null) {
            snapshots.save(this::snapshot);
        }
        rotation.close();
    }
}
