// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.command;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.store.EtcdSettings;
import io.culvert.overlay.store.EtcdStore;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** A store for a command that waits for each answer. */
public final class StoreSession implements AutoCloseable {
    private final Loop loop;
    private final Store store;

    private StoreSession(Loop loop, Store store) {
        this.loop = loop;
        this.store = store;
    }

    /** The etcd that the directory's files name. */
    public static StoreSession open(NetworkFile network, NodeDirectory directory) throws IOException {
        Loop loop = new ThreadLoop(
                "store",
                failure -> System.getLogger(StoreSession.class.getName()).log(Level.ERROR, "internal error", failure));
        try {
            return new StoreSession(loop, EtcdStore.connect(settings(network, directory), loop));
        } catch (IOException e) {
            loop.close();
            throw e;
        }
    }

    /** How etcd is reached by the directory's files. */
    public static EtcdSettings settings(NetworkFile network, NodeDirectory directory) {
        return EtcdSettings.of(
                network.etcd(), directory.authority(), directory.certificate(), directory.certificateKey());
    }

    /** The store; to be used on the loop. */
    public Store store() {
        return store;
    }

    /** The loop. */
    public Loop loop() {
        return loop;
    }

    /**
     * Calls on the loop, and waits for the answer.
     *
     * @throws Exception that the future failed with
     */
    public <T> T await(Supplier<CompletableFuture<T>> request) throws Exception {
        try {
            return CompletableFuture.supplyAsync(request, loop::execute)
                    .thenCompose(answer -> answer)
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        CompletableFuture.runAsync(store::close, loop::execute).join();
        loop.close();
    }
}
