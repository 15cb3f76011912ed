// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes a file that parses to the same configuration, through a direct buffer that it zeroes. One thread. */
public final class ConfigWriter {
    private static final int BUFFER_BYTES = 4096;

    private final WritableByteChannel channel;
    private final ByteBuffer output = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private ConfigWriter(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** Writes a whole file. */
    public static void write(TunnelConfig config, WritableByteChannel channel) throws IOException {
        ConfigWriter writer = new ConfigWriter(channel);
        writer.write(config.self());
        for (PeerConfig peer : config.peers()) {
            writer.write(peer);
        }
        writer.flush();
    }

    private void write(InterfaceConfig self) throws IOException {
        put("[Interface]\n");
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
        put("\n[Peer]\n");
        line(ConfigKey.PUBLIC_KEY, peer.publicKey().toBase64());
        secret(ConfigKey.PRESHARED_KEY, peer.presharedKey());
        List<Prefix> all = peer.allowedIps();
        if (!all.isEmpty()) {
            put(ConfigKey.ALLOWED_IPS.text() + " = ");
            for (int i = 0; i < all.size(); i++) {
                put((i == 0 ? "" : ", ") + Cidr.text(all.get(i)));
            }
            put("\n");
        }
        if (peer.endpoint() != null) {
            line(ConfigKey.ENDPOINT, peer.endpoint().toString());
        }
        if (peer.keepaliveSeconds() != 0) {
            line(ConfigKey.PERSISTENT_KEEPALIVE, Integer.toString(peer.keepaliveSeconds()));
        }
    }

    private void line(ConfigKey key, String value) throws IOException {
        put(key.text() + " = " + value + "\n");
    }

    private void secret(ConfigKey key, Secret secret) throws IOException {
        if (secret == null) {
            return;
        }
        put(key.text() + " = ");
        if (output.remaining() < KeyText.CHARACTERS) {
            flush();
        }
        KeyText.encode(secret, output);
        put("\n");
    }

    private void put(String text) throws IOException {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (!output.hasRemaining()) {
                flush();
            }
            output.put(b);
        }
    }

    private void flush() throws IOException {
        output.flip();
        try {
            while (output.hasRemaining()) {
                channel.write(output);
            }
        } finally {
            output.clear();
            for (int i = 0; i < BUFFER_BYTES; i++) {
                output.put(i, (byte) 0);
            }
        }
    }
}
