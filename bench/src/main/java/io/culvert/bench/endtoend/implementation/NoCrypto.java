// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The no-crypto baseline: a tunnel that does not encrypt, built from {@code no-crypto.c}. */
final class NoCrypto implements Implementation {
    private static final int TX_QUEUE_LENGTH = 1000;
    /** UDP_MAX_SEGMENTS of kernels before 6.9; the size of a datagram is the narrower limit at usual MTUs. */
    private static final int MAX_SEGMENTS = 64;

    private static final int MAX_DATAGRAM = 65_507;
    private static final int WIRE_OVERHEAD = 32;

    private String file;

    @Override
    public String name() {
        return Implementations.NO_CRYPTO;
    }

    @Override
    public String version() {
        return "of this tree";
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        try (InputStream source = NoCrypto.class.getResourceAsStream("no-crypto.c")) {
            file = installer.byC(Implementations.NO_CRYPTO, new String(source.readAllBytes(), StandardCharsets.UTF_8));
            return Optional.empty();
        } catch (UnavailableException e) {
            return Optional.of(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sets the queue length of Culvert's interface. Between the ends it also makes the kernel cut super-packets to what
     * one UDP_SEGMENT send takes; for forwarded packets that would be done packet by packet, so there the program cuts.
     */
    private static void limitAsCulvertDoes(NetworkNamespace namespace, String device, Condition condition)
            throws IOException, InterruptedException {
        namespace.ip("link", "set", device, "txqueuelen", "" + TX_QUEUE_LENGTH);
        if (!condition.topology().forwards()) {
            int segments = Math.min(MAX_SEGMENTS, MAX_DATAGRAM / (condition.innerMtu() + WIRE_OVERHEAD));
            namespace.ip("link", "set", device, "gso_max_segs", "" + segments);
        }
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        ProcessTunnel tunnel = new ProcessTunnel(testbed, condition);
        try {
            List<String> devices = List.of(WireGuard.deviceName(0), WireGuard.deviceName(1));
            for (int side = 0; side < 2; side++) {
                String device = devices.get(side);
                String peer = Testbed.outside(1 - side, condition.ipv6());
                Daemon daemon = tunnel.start(List.of(file, device, "" + WireGuard.PORT, peer));
                daemon.await(() -> daemon.sees(device));
                limitAsCulvertDoes(testbed.namespace(side), device, condition);
                WireGuard.bringUp(testbed, side, device, condition.innerMtu());
            }
            tunnel.connect(devices);
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }
}
