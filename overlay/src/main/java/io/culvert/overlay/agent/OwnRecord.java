// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.agent.KeyRotation.Named;
import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.Transaction;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * This node's record in the store: what it is to say, and what the store has. It is written only if it says something
 * else, and only in the place of the version that was seen last. On the loop.
 */
final class OwnRecord {
    private static final Logger LOG = System.getLogger(OwnRecord.class.getName());

    private final Loop loop;
    private final Store store;
    private final String network;
    private final String name;
    private final List<Endpoint> endpoints;
    private final KeyRotation rotation;
    private final RecordSigner signer;
    private final Function<Entry, Node> reader;
    private final Consumer<Node> committed;

    private Entry stored;
    private Node storedNode;
    private long highestSerial;
    private boolean isKnown;
    private boolean isBusy;
    private boolean isClosed;
    private String problem = "";

    /**
     * A record that is not known yet.
     *
     * @param reader what an entry says; null if this node has not signed it
     * @param committed gets what the store has committed
     */
    OwnRecord(
            Loop loop,
            Store store,
            AgentOptions options,
            KeyRotation rotation,
            RecordSigner signer,
            Function<Entry, Node> reader,
            Consumer<Node> committed) {
        this.loop = loop;
        this.store = store;
        network = options.network();
        name = options.node();
        endpoints = options.endpoints();
        this.rotation = rotation;
        this.signer = signer;
        this.reader = reader;
        this.committed = committed;
    }

    /** The record's key. */
    String key() {
        return Keys.node(network, name);
    }

    /** Why the record is not as it is to be; empty if it is. */
    String problem() {
        return problem;
    }

    /** Tells a serial that this record has had. */
    void sawSerial(long serial) {
        highestSerial = Math.max(highestSerial, serial);
    }

    /**
     * Tells what the store has.
     *
     * @param node what the entry says; null if there is none, or if it is not this node's
     */
    void saw(Optional<Entry> entry, Node node) {
        stored = entry.orElse(null);
        storedNode = node;
        isKnown = true;
        if (node != null) {
            sawSerial(node.serial());
        }
    }

    /** The highest serial that the record has had. */
    long serial() {
        return highestSerial;
    }

    /** The version that was seen last; null if there is none. */
    Entry stored() {
        return stored;
    }

    /**
     * Writes the record if it is to say something else than what the store has.
     *
     * @param rotationDays how old a WireGuard key gets; 0: any age
     */
    void ensure(int rotationDays) throws IOException {
        if (isBusy) {
            return;
        }
        if (!isKnown) {
            read();
            return;
        }
        Named wanted = rotation.wanted(loop.nanos(), loop.now().toEpochMilli(), rotationDays);
        if (storedNode != null
                && wanted.areThoseOf(storedNode)
                && storedNode.endpoints().equals(endpoints)
                && storedNode.serial() >= highestSerial) {
            problem = "";
            return;
        }
        Node node = new Node(network, name, highestSerial + 1, wanted.wireGuard(), wanted.next(), endpoints);
        Transaction.Builder transaction = Transaction.builder().put(key(), signer.sign(node));
        if (stored == null) {
            transaction.ifAbsent(key());
        } else {
            transaction.ifUnchanged(key(), stored.modRevision());
        }
        isBusy = true;
        store.commit(transaction.build()).whenComplete((done, failure) -> {
            isBusy = false;
            if (isClosed) {
                return;
            }
            isKnown = false; // The next look finds its revision, and whether an unanswered commit was made.
            if (failure != null) {
                failed("be written", failure);
            } else if (done) {
                highestSerial = node.serial();
                committed.accept(node);
                read();
            } else {
                read();
            }
        });
    }

    private void read() {
        isBusy = true;
        store.get(key()).whenComplete((entry, failure) -> {
            isBusy = false;
            if (isClosed) {
                return;
            }
            if (failure != null) {
                failed("be read", failure);
            } else {
                saw(entry, entry.map(reader).orElse(null));
                if (storedNode != null) {
                    committed.accept(storedNode);
                }
            }
        });
    }

    private void failed(String what, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String words = failure.getMessage() == null ? cause.toString() : failure.getMessage();
        String now = "this node's record cannot " + what + ": " + words;
        if (!now.equals(problem)) {
            LOG.log(Level.WARNING, now);
        }
        problem = now;
    }

    /** Answers that come from now on count for nothing. */
    void close() {
        isClosed = true;
    }
}
