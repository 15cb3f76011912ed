// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology.Shape;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.Transaction;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Says in the store that this gateway lives, under a lease: other nodes choose another gateway when it ends. Nothing
 * else hangs on it. On the loop.
 */
final class GatewayLease {
    private static final Logger LOG = System.getLogger(GatewayLease.class.getName());
    /** How long a gateway that is gone may still be chosen. */
    static final Duration TTL = Duration.ofSeconds(15);

    private final Loop loop;
    private final Store store;
    private final AgentOptions options;
    private final RecordSigner signer;
    private long lease;
    private long lastTry;
    private boolean isBusy;
    private boolean isClosed;

    GatewayLease(Loop loop, Store store, AgentOptions options, RecordSigner signer) {
        this.loop = loop;
        this.store = store;
        this.options = options;
        this.signer = signer;
        lastTry = loop.nanos() - TTL.toNanos();
    }

    /** Prolongs the lease, or takes one, if this node is a gateway of a network that uses them. */
    void ensure(Member self, Config config) {
        boolean isGateway = self.role() == Role.GATEWAY
                && self.region().isPresent()
                && config.topology().shape() != Shape.MESH;
        if (!isGateway || isBusy || isClosed || loop.nanos() - lastTry < TTL.toNanos() / 3) {
            return;
        }
        lastTry = loop.nanos();
        isBusy = true;
        if (lease == 0) {
            grant(self);
        } else {
            store.prolong(lease).whenComplete((lives, failure) -> {
                isBusy = false;
                if (failure == null && !lives) {
                    lease = 0;
                    lastTry = loop.nanos() - TTL.toNanos();
                }
            });
        }
    }

    private void grant(Member self) {
        String region = self.region().orElseThrow();
        store.grant(TTL)
                .thenCompose(granted -> {
                    Gateway gateway = new Gateway(
                            options.network(),
                            region,
                            options.node(),
                            loop.now().getEpochSecond());
                    return store.commit(Transaction.builder()
                                    .put(gateway.key(), signer.sign(gateway))
                                    .lease(granted)
                                    .build())
                            .thenAccept(done -> lease = granted);
                })
                .whenComplete((done, failure) -> {
                    isBusy = false;
                    if (failure != null) {
                        LOG.log(Level.WARNING, "cannot say that this gateway lives: {0}", failure.getMessage());
                    }
                });
    }

    /** Prolongs no more; the lease ends by itself. */
    void close() {
        isClosed = true;
    }
}
