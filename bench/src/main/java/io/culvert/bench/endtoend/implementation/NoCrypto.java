// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The no-crypto baseline: a tunnel that does not encrypt, built from {@code no-crypto.c}. */
final class NoCrypto implements Implementation {
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
