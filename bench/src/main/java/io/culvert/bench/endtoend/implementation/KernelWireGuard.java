// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** WireGuard in the kernel. */
final class KernelWireGuard implements Implementation {
    @Override
    public String name() {
        return "kernel-wireguard";
    }

    @Override
    public String version() throws InterruptedException {
        return KernelTunnel.version();
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        return KernelTunnel.unavailableReason(
                "this kernel has no WireGuard", "ip", "link", "add", "culvert0", "type", "wireguard");
    }

    @Override
    public Optional<String> unsupportedReason(Condition condition) {
        return condition.topology() == Topology.HUB
                ? Optional.of("at a hub, only programs are measured")
                : Optional.empty();
    }

    @Override
    public boolean isWireGuard() {
        return true;
    }

    @Override
    public boolean isProgram() {
        return false;
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        List<String> devices = List.of(WireGuard.deviceName(0), WireGuard.deviceName(1));
        KernelTunnel tunnel = new KernelTunnel(testbed, condition);
        for (int side = 0; side < 2; side++) {
            testbed.namespace(side).ip("link", "add", devices.get(side), "type", "wireguard");
        }
        tunnel.setWireGuardEnds(WireGuard.configure(testbed, devices, condition));
        tunnel.connect(devices);
        return tunnel;
    }
}
