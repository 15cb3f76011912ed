// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceSnapshot.PeerSnapshot;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Writes answers to a UAPI connection. They contain private keys, so the buffer is direct and zeroed after each write.
 *
 * <p>One thread.
 */
final class UapiWriter {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private final WritableByteChannel channel;
    private final ByteBuffer output;

    /** Writes through {@code buffer}, which must be direct and is used by this writer alone. */
    UapiWriter(WritableByteChannel channel, ByteBuffer buffer) {
        this.channel = channel;
        output = buffer;
    }

    /** Writes the answer to a {@code get}, without the errno line that ends it. */
    void write(DeviceSnapshot device) throws IOException {
        if (device.privateKey() != null) {
            secret("private_key", device.privateKey());
        }
        if (device.listenPort() != 0) {
            line("listen_port", Integer.toString(device.listenPort()));
        }
        if (device.fwmark() != 0) {
            line("fwmark", Integer.toUnsignedString(device.fwmark()));
        }
        for (PeerSnapshot peer : device.peers()) {
            write(peer);
        }
    }

    /** Writes lines of text. */
    void write(String text) throws IOException {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            put(b);
        }
    }

    /** Ends an answer with an errno, 0 for success, and sends it. */
    void finish(int errno) throws IOException {
        line("errno", Integer.toString(errno));
        put("\n");
        flush();
    }

    private void write(PeerSnapshot peer) throws IOException {
        line("public_key", peer.publicKey().toString());
        secret("preshared_key", peer.presharedKey());
        line("protocol_version", "1");
        if (peer.endpoint() != null) {
            line("endpoint", text(peer.endpoint()));
        }
        line("last_handshake_time_sec", Long.toString(peer.handshakeSeconds()));
        line("last_handshake_time_nsec", Integer.toString(peer.handshakeNanos()));
        line("tx_bytes", Long.toString(peer.sentBytes()));
        line("rx_bytes", Long.toString(peer.receivedBytes()));
        line("persistent_keepalive_interval", Integer.toString(peer.keepaliveSeconds()));
        for (Prefix prefix : peer.allowedIps()) {
            line("allowed_ip", prefix.toString());
        }
    }

    private static String text(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        if (!(address instanceof Inet6Address ipv6)) {
            return address.getHostAddress() + ":" + endpoint.getPort();
        }
        // Java appends the zone by interface name if it knows one; peers of UAPI expect the index.
        String host = address.getHostAddress();
        int percent = host.indexOf('%');
        String plain = percent < 0 ? host : host.substring(0, percent);
        String scope = ipv6.getScopeId() == 0 ? "" : "%" + ipv6.getScopeId();
        return "[" + plain + scope + "]:" + endpoint.getPort();
    }

    private void line(String key, String value) throws IOException {
        put(key);
        put("=");
        put(value);
        put("\n");
    }

    private void secret(String key, Secret secret) throws IOException {
        put(key);
        put("=");
        for (int i = 0; i < Secret.BYTES; i++) {
            byte b = Memory.getByte(secret.address() + i);
            put(DIGITS[b >> 4 & 15]);
            put(DIGITS[b & 15]);
        }
        put("\n");
    }

    private void put(String ascii) throws IOException {
        for (int i = 0; i < ascii.length(); i++) {
            put((byte) ascii.charAt(i));
        }
    }

    private void put(byte b) throws IOException {
        if (!output.hasRemaining()) {
            flush();
        }
        output.put(b);
    }

    private void flush() throws IOException {
        output.flip();
        try {
            while (output.hasRemaining()) {
                channel.write(output);
            }
        } finally {
            output.clear();
            for (int i = 0; i < output.capacity(); i++) {
                output.put(i, (byte) 0);
            }
        }
    }
}
