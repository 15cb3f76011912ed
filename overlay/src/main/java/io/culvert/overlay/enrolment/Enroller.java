// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.command.StoreSession;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Listing;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.trust.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The enroller's machine: its key, what it has seen, and the store, for one command. */
final class Enroller implements AutoCloseable {
    private final NetworkFile network;
    private final NodeDirectory directory;
    private final Serials serials;
    private final StoreSession session;
    private final Verifier verifier;

    private Enroller(NetworkFile network, NodeDirectory directory) throws IOException {
        this.network = network;
        this.directory = directory;
        serials = Serials.open(directory.enrollerSerials());
        verifier = new Verifier(network.network(), network.enrolmentKeys(), serials);
        session = StoreSession.open(network, directory);
    }

    /**
     * Opens the machine's files of the network.
     *
     * @throws IOException if they are not those of an enroller
     */
    static Enroller open(NetworkOptions options) throws IOException {
        NodeDirectory directory = options.directory();
        NetworkFile file = options.file();
        if (!Files.exists(directory.enrolmentKey())) {
            throw new IOException("there is no " + directory.enrolmentKey()
                    + ": run this on the enroller's machine, where init made the network's keys");
        }
        return open(file, directory);
    }

    /** Opens known files. */
    static Enroller open(NetworkFile file, NodeDirectory directory) throws IOException {
        return new Enroller(file, directory);
    }

    NetworkFile network() {
        return network;
    }

    NodeDirectory directory() {
        return directory;
    }

    Verifier verifier() {
        return verifier;
    }

    Serials serials() {
        return serials;
    }

    StoreSession session() {
        return session;
    }

    /** The present enrolment key. */
    SigningKey key() throws IOException {
        return SigningKey.read(directory.enrolmentKey());
    }

    /** The registry, which signs by {@code key}. */
    Registry registry(SigningKey key) {
        return new Registry(session.store(), session.loop(), network.network(), key, verifier, serials);
    }

    /** Asks the registry, and keeps on disk what it has seen and made. */
    <T> T ask(Registry registry, Function<Registry, CompletableFuture<T>> request) throws Exception {
        try {
            return session.await(() -> request.apply(registry));
        } finally {
            serials.flush();
        }
    }

    Config config(Registry registry) throws Exception {
        return ask(registry, Registry::config);
    }

    /** All member records, unread. */
    List<Entry> members() throws Exception {
        return session.await(() -> Listing.of(session.store(), Keys.members(network.network()), false))
                .entries();
    }

    @Override
    public void close() {
        session.close();
    }
}
