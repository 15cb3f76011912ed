package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A tunnel with all that a tunnel does but the cipher: what the way of the packets alone costs. Its source is {@code floor.c}. */
final class Floor implements Contender {
    private String file;

    @Override
    public String name() {
        return Contenders.FLOOR;
    }

    @Override
    public String version() {
        return "of this tree";
    }

    @Override
    public Optional<String> missing(Installer installer) throws InterruptedException {
        try (InputStream source = Floor.class.getResourceAsStream("floor.c")) {
            file = installer.byC(Contenders.FLOOR, new String(source.readAllBytes(), StandardCharsets.UTF_8));
            return Optional.empty();
        } catch (MissingException e) {
            return Optional.of(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        ProcessTunnel tunnel = new ProcessTunnel(testbed, condition);
        try {
            for (int side = 0; side < 2; side++) {
                String device = WireGuard.deviceName(side);
                String peer = Testbed.outside(1 - side, condition.ipv6());
                Daemon daemon = tunnel.start(List.of(file, device, "" + WireGuard.PORT, peer));
                daemon.await(() -> daemon.sees(device));
                WireGuard.raise(testbed, side, device, condition.innerMtu());
            }
            tunnel.awaitPassage();
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }
}
