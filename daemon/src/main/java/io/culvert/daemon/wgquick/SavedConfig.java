// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.uapi.UapiConfigClient;
import io.culvert.daemon.wgquick.config.ConfigWriter;
import io.culvert.daemon.wgquick.config.Endpoint;
import io.culvert.daemon.wgquick.config.InterfaceConfig;
import io.culvert.daemon.wgquick.config.PeerConfig;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.device.PeerUpdate.AllowedIp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the state of an interface into its file ({@code SaveConfig}), as wg-quick does. */
final class SavedConfig {
    private static final Pattern MTU = Pattern.compile("\\bmtu (\\d+)");

    private SavedConfig() {}

    /** Writes the file, whole or not at all; only root can read it. */
    static void write(TunnelState state) throws IOException, InterruptedException {
        Path file = Files.exists(state.file()) ? state.file().toRealPath() : state.file();
        Programs.show("save " + file);
        // Made with the permissions rw-------.
        Path temporary = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".new");
        try (UapiConfigClient client = UapiConfigClient.connect(DaemonStart.socket(state.device()));
                DeviceUpdate present = client.configuration();
                FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            // The secrets are those of the update, which is closed.
            ConfigWriter.write(config(state, present), channel);
            channel.force(true);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static TunnelConfig config(TunnelState state, DeviceUpdate present) throws InterruptedException {
        InterfaceConfig self = state.self();
        int mark = present.fwmark().orElse(0);
        return new TunnelConfig(
                new InterfaceConfig(
                        present.privateKey(),
                        present.listenPort(),
                        // One that up chose is chosen anew.
                        mark == 0 || mark == state.mark() ? self.fwmark() : OptionalInt.of(mark),
                        AddressStep.of(state.device()),
                        self.dns(),
                        self.dnsSearch(),
                        self.mtu().isPresent() ? mtu(state.device(), self.mtu()) : OptionalInt.empty(),
                        self.table(),
                        self.hooks(),
                        true),
                present.peers().stream().map(SavedConfig::peer).toList());
    }

    private static OptionalInt mtu(String device, OptionalInt configured) throws InterruptedException {
        Matcher mtu = MTU.matcher(Programs.ip("link", "show", "dev", device));
        return mtu.find() ? OptionalInt.of(Integer.parseInt(mtu.group(1))) : configured;
    }

    private static PeerConfig peer(PeerUpdate peer) {
        InetSocketAddress endpoint = peer.endpoint();
        return new PeerConfig(
                peer.publicKey(),
                peer.presharedKey() == null || peer.presharedKey().isZero() ? null : peer.presharedKey(),
                endpoint == null ? null : new Endpoint(endpoint.getAddress().getHostAddress(), endpoint.getPort(), 0),
                peer.keepaliveSeconds().orElse(0),
                peer.allowedIps().stream().map(AllowedIp::prefix).toList());
    }
}
