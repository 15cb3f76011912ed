// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** No tunnel: traffic crosses the bare veth pair. It shows what the tools and the kernel alone carry and delay. */
final class Bare implements Implementation {
    private static final String DEVICE = "veth0";

    @Override
    public String name() {
        return Implementations.BARE;
    }

    @Override
    public String version() throws InterruptedException {
        return KernelTunnel.version();
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) {
        return Optional.empty();
    }

    @Override
    public boolean isProgram() {
        return false;
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        for (int side = 0; side < 2; side++) {
            NetworkNamespace namespace = testbed.namespace(side);
            namespace.ip("addr", "add", Testbed.inside(side) + "/24", "dev", DEVICE);
            // Packets have the size that they have in a tunnel.
            namespace.ip("link", "set", DEVICE, "mtu", "" + condition.innerMtu());
        }
        KernelTunnel tunnel = new KernelTunnel(testbed, condition);
        tunnel.connect(List.of(DEVICE, DEVICE));
        return tunnel;
    }
}
