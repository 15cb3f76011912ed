// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.topology.PeerPlan;
import io.culvert.overlay.wireguard.PrivateKey;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The interface of this node, kept as planned: started if it is missing, set up, its key and peers set, and looked at
 * from time to time. What fails is tried again after a delay. On the loop.
 */
final class Tunnel {
    private static final Logger LOG = System.getLogger(Tunnel.class.getName());
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration MOST_DELAY = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofSeconds(60).toNanos();
    /** Looks take at most this part of a core, however many peers there are. */
    private static final int LOOK_COST = 200;

    private final Loop loop;
    private final Host host;
    private final PeerPlan plan;
    private final PeerTable table;
    private final Supplier<PrivateKey> key;
    private final int listenPort;
    private final Backoff backoff;

    private final Set<String> pending = new HashSet<>();
    private Config config;
    private Member self;
    private boolean isSetUp;
    private boolean isKeySet;
    private Object generation;
    private Loop.Timer retry;
    private String problem = "";

    private long lastLook;
    private long lookNanos;
    private long lastSentPackets;
    private long applies;
    private long applyNanos;

    Tunnel(
            Loop loop,
            Host host,
            PeerPlan plan,
            PeerTable table,
            Supplier<PrivateKey> key,
            int listenPort,
            RandomGenerator random) {
        this.loop = loop;
        this.host = host;
        this.plan = plan;
        this.table = table;
        this.key = key;
        this.listenPort = listenPort;
        backoff = new Backoff(FIRST_DELAY, MOST_DELAY, random);
    }

    /** Why the interface is not as planned; empty if it is. */
    String problem() {
        return problem;
    }

    /** How often peers have been changed. */
    long applies() {
        return applies;
    }

    /** How long that took in all. */
    long applyNanos() {
        return applyNanos;
    }

    /** Takes what the node itself is to have; nothing is done before both are known. */
    void describe(Config newConfig, Member newSelf) {
        boolean isSame = config != null
                && self != null
                && config.limits().equals(newConfig.limits())
                && config.pools().equals(newConfig.pools())
                && self.prefixes().equals(newSelf.prefixes());
        config = newConfig;
        self = newSelf;
        table.keepalive(config.limits().keepalive());
        isSetUp &= isSame;
    }

    /** Sets another private key as soon as possible. */
    void keyChanged() {
        isKeySet = false;
        update(Set.of());
    }

    /** Makes the peers of these names as planned. */
    void update(Set<String> names) {
        pending.addAll(names);
        if (config == null || self == null || retry != null) {
            return;
        }
        long start = System.nanoTime();
        try {
            prepare();
            if (!pending.isEmpty() || !table.isKnown()) {
                table.apply(Set.copyOf(pending), plan, loop.now().toEpochMilli());
                applies++;
                applyNanos += System.nanoTime() - start;
                pending.clear();
            }
            problem = "";
            backoff.reset();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void prepare() throws IOException {
        if (!isKeySet || !isSetUp || !table.isKnown()) {
            host.ensureRunning();
            generation = host.generation();
        }
        if (!isKeySet || !table.isKnown()) {
            host.wireGuard().configure(key.get(), listenPort);
            if (table.isKnown()) {
                table.beginHandshakes(loop.now().toEpochMilli());
            }
            isKeySet = true;
        }
        if (!isSetUp || !table.isKnown()) {
            List<Prefix> pools = config.pools().stream()
                    .flatMap(pool -> Stream.concat(Stream.of(pool.prefix()), pool.prefix6().stream()))
                    .toList();
            host.setUp(self.prefixes(), config.limits().mtu(), pools);
            isSetUp = true;
        }
    }

    private void failed(IOException e) {
        table.forget();
        if (!e.getMessage().equals(problem)) {
            LOG.log(Level.WARNING, "the interface is not as planned: {0}", e.getMessage());
        }
        problem = e.getMessage();
        retry = loop.schedule(
                () -> {
                    retry = null;
                    update(Set.of());
                },
                backoff.next());
    }

    /** Looks after the interface; called every few seconds. */
    void look() {
        if (config == null || self == null || retry != null) {
            return;
        }
        if (!host.generation().equals(generation)) {
            table.forget();
        }
        if (!table.isKnown()) {
            update(Set.of());
            return;
        }
        long now = loop.nanos();
        long sent = host.sentPackets();
        boolean isWanted = sent != lastSentPackets || table.needsLook();
        if (now - lastLook < (isWanted ? lookNanos * LOOK_COST : LOOK_NANOS)) {
            return;
        }
        lastSentPackets = sent;
        lastLook = now;
        long start = System.nanoTime();
        try {
            if (!table.observe(now, loop.now().toEpochMilli())) {
                update(Set.of());
            }
        } catch (IOException e) {
            failed(e);
        }
        lookNanos = System.nanoTime() - start;
    }

    /**
     * Removes peers that the interface has and that no record has had since the agent began.
     *
     * @param grant which of them may go now
     */
    void removeUnplanned(UnaryOperator<Set<Key>> grant) {
        if (!table.isKnown() || table.unplanned().isEmpty()) {
            return;
        }
        try {
            table.removeUnplanned(grant.apply(table.unplanned()));
        } catch (IOException e) {
            failed(e);
        }
    }

    /**
     * Asks the interface how its peers do, now.
     *
     * @throws IOException if it cannot be reached
     */
    void read() throws IOException {
        if (table.isKnown()) {
            table.observe(loop.nanos(), loop.now().toEpochMilli());
        }
    }

    /** Leaves the interface as it is. */
    void close() {
        if (retry != null) {
            retry.cancel();
        }
        config = null;
    }
}
