// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.unix.SecretOutput;
import io.culvert.engine.noise.KeyText;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** Writes a file that parses to the same configuration. One thread. */
public final class ConfigWriter {
    private static final int BUFFER_BYTES = 4096;

    private final SecretOutput output;

    private ConfigWriter(WritableByteChannel channel) {
        output = new SecretOutput(channel, ByteBuffer.allocateDirect(BUFFER_BYTES));
    }

    /** Writes a whole file. */
    public static void write(TunnelConfig config, WritableByteChannel channel) throws IOException {
        ConfigWriter writer = new ConfigWriter(channel);
        writer.write(config.self());
        for (PeerConfig peer : config.peers()) {
            writer.write(peer);
        }
        writer.output.flush();
    }

    private void write(InterfaceConfig self) throws IOException {
        output.putText("[Interface]\n");
        for (InterfaceAddress address : self.addresses()) {
            line(ConfigKey.ADDRESS, address.toString());
        }
        for (String server : self.dns()) {
            line(ConfigKey.DNS, server);
        }
        for (String domain : self.dnsSearch()) {
            line(ConfigKey.DNS, domain);
        }
        if (self.mtu().isPresent()) {
            line(ConfigKey.MTU, Integer.toString(self.mtu().getAsInt()));
        }
        if (!self.table().equals(RouteTable.AUTO)) {
            line(ConfigKey.TABLE, self.table().text());
        }
        if (self.saveConfig()) {
            line(ConfigKey.SAVE_CONFIG, "true");
        }
        for (Hook hook : Hook.values()) {
            for (String command : self.hooks(hook)) {
                line(hook.key(), command);
            }
        }
        if (self.listenPort().isPresent()) {
            line(ConfigKey.LISTEN_PORT, Integer.toString(self.listenPort().getAsInt()));
        }
        if (self.fwmark().isPresent()) {
            int mark = self.fwmark().getAsInt();
            line(ConfigKey.FW_MARK, mark == 0 ? "off" : "0x" + Integer.toHexString(mark));
        }
        secret(ConfigKey.PRIVATE_KEY, self.privateKey());
    }

    private void write(PeerConfig peer) throws IOException {
        output.putText("\n[Peer]\n");
        line(ConfigKey.PUBLIC_KEY, peer.publicKey().toBase64());
        secret(ConfigKey.PRESHARED_KEY, peer.presharedKey());
        List<Prefix> all = peer.allowedIps();
        if (!all.isEmpty()) {
            output.putText(ConfigKey.ALLOWED_IPS.text() + " = ");
            for (int i = 0; i < all.size(); i++) {
                output.putText((i == 0 ? "" : ", ") + Cidr.text(all.get(i)));
            }
            output.putText("\n");
        }
        if (peer.endpoint() != null) {
            line(ConfigKey.ENDPOINT, peer.endpoint().toString());
        }
        if (peer.keepaliveSeconds() != 0) {
            line(ConfigKey.PERSISTENT_KEEPALIVE, Integer.toString(peer.keepaliveSeconds()));
        }
    }

    private void line(ConfigKey key, String value) throws IOException {
        output.putText(key.text() + " = " + value + "\n");
    }

    private void secret(ConfigKey key, Secret secret) throws IOException {
        if (secret == null) {
            return;
        }
        output.putText(key.text() + " = ");
        output.reserve(KeyText.CHARACTERS);
        KeyText.encode(secret, output::append);
        output.putText("\n");
    }
}
