// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.record.Topology.Shape;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.trust.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The enroller of the network that is measured: a mesh, or with relays regions that have two gateways each. */
final class BenchNetwork {
    static final String NET = "bench";
    static final List<Endpoint> ENDPOINTS = List.of(Endpoint.of("192.0.2.1:51820"));
    private static final int GATEWAYS = 2;

    private final Pool pool = Pool.of("main", Prefix.of("10.64.0.0/10"), 24, Optional.empty());
    private final SigningKey enroller = SigningKey.generate();
    private final BenchOptions options;

    BenchNetwork(BenchOptions options) {
        this.options = options;
    }

    /** The key that agents pin. */
    Key enrolmentKey() {
        return enroller.publicKey();
    }

    static String name(int number) {
        return "node-" + number;
    }

    private boolean isOfRegions() {
        return options.relays() > 0;
    }

    private int region(int number) {
        return number / options.regionSize();
    }

    private int regions() {
        return (options.nodes() + options.regionSize() - 1) / options.regionSize();
    }

    /** How many of the agents get a node that joins as a peer: those of its region. */
    int expectedPeers(int join) {
        int begin = join % regions() * options.regionSize();
        return Math.min(options.nodes() - begin, options.regionSize());
    }

    private static void put(Transaction.Builder transaction, SigningKey signer, Content content) {
        transaction.put(content.key(), signer.sign(content).envelope().encode());
    }

    /** The transaction that writes the configuration. */
    Transaction configuration() {
        Transaction.Builder transaction = Transaction.builder();
        Shape shape = isOfRegions() ? Shape.REGIONS : Shape.MESH;
        put(
                transaction,
                enroller,
                new Config(
                        NET,
                        1,
                        List.of(pool),
                        new Topology(shape, List.of()),
                        Limits.DEFAULT,
                        List.of(enroller.publicKey())));
        return transaction.build();
    }

    /** The transaction by which one of the agents is a member, and has a record. */
    Transaction agent(int number, SigningKey identity, Key wireGuard) {
        boolean isGateway = isOfRegions() && number % options.regionSize() < GATEWAYS;
        return records(name(number), number, region(number), isGateway, identity, wireGuard);
    }

    /** The same for a node that joins, and has no agent. */
    Transaction join(int join, SigningKey identity, Key wireGuard) {
        return records("join-" + join, options.nodes() + join, join % regions(), false, identity, wireGuard);
    }

    private Transaction records(
            String name, int index, int region, boolean isGateway, SigningKey identity, Key wireGuard) {
        Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond());
        Transaction.Builder transaction = Transaction.builder();
        put(
                transaction,
                enroller,
                new Member(
                        NET,
                        name,
                        1,
                        identity.publicKey(),
                        pool.at(index + 1),
                        isOfRegions() ? Map.of(Topology.REGION, "region-" + region) : Map.of(),
                        isGateway ? Role.GATEWAY : Role.NODE,
                        now.minusSeconds(1),
                        now.plus(Duration.ofDays(1))));
        put(transaction, identity, new Node(NET, name, 1, wireGuard, Optional.empty(), ENDPOINTS));
        return transaction.build();
    }
}
