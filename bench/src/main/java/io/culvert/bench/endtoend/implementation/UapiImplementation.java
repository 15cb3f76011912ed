// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** WireGuard in user space, configured by its UAPI socket. */
public final class UapiImplementation implements Implementation {
    private final String name;
    private final Program program;

    private UapiImplementation(String name, Program program) {
        this.name = name;
        this.program = program;
    }

    /** Runs {@code program}. */
    public static UapiImplementation of(String name, Program program) {
        return new UapiImplementation(name, program);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() throws InterruptedException {
        return program.version();
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        return program.unavailableReason(installer);
    }

    @Override
    public Optional<String> unsupportedReason(Condition condition) {
        return Optional.empty();
    }

    @Override
    public boolean isWireGuard() {
        return true;
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        UapiTunnel tunnel = new UapiTunnel(testbed, condition);
        try {
            if (condition.topology() == Topology.HUB) {
                openHub(tunnel, testbed, condition);
                return tunnel;
            }
            List<String> devices = List.of(tunnel.start(0, program), tunnel.start(1, program));
            tunnel.setWireGuardEnds(WireGuard.configure(testbed, devices, condition));
            tunnel.connect(devices);
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }

    private void openHub(UapiTunnel tunnel, Testbed testbed, Condition condition)
            throws IOException, InterruptedException {
        String device = tunnel.start(0, program);
        List<byte[]> keys = WireGuard.spokeKeys(condition.spokes());
        tunnel.setWireGuardEnds(List.of(WireGuard.configureHub(testbed, device, keys, condition)));
        tunnel.setSpokeKeys(keys);
        tunnel.connect(List.of(device));
    }
}
