// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.daemon.unix.SecretOutput;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes requests to a UAPI connection. One thread. */
final class UapiRequestWriter {
    private final SecretOutput output;

    /** Writes through {@code buffer}, which must be direct and is used by this writer alone. */
    UapiRequestWriter(WritableByteChannel channel, ByteBuffer buffer) {
        output = new SecretOutput(channel, buffer);
    }

    /** Sends a request without lines, such as {@code get=1}. */
    void request(String operation) throws IOException {
        output.put(operation);
        output.put("\n\n");
        output.flush();
    }

    /** Sends an update as a {@code set} request. */
    void request(DeviceUpdate update) throws IOException {
        output.put("set=1\n");
        if (update.privateKey() != null) {
            secret("private_key", update.privateKey());
        }
        if (update.listenPort().isPresent()) {
            line("listen_port", Integer.toString(update.listenPort().getAsInt()));
        }
        if (update.fwmark().isPresent()) {
            line("fwmark", Integer.toUnsignedString(update.fwmark().getAsInt()));
        }
        flag("replace_peers", update.replacePeers());
        for (PeerUpdate peer : update.peers()) {
            write(peer);
        }
        output.put("\n");
        output.flush();
    }

    private void write(PeerUpdate peer) throws IOException {
        line("public_key", peer.publicKey().toString());
        flag("remove", peer.remove());
        flag("update_only", peer.updateOnly());
        if (peer.presharedKey() != null) {
            secret("preshared_key", peer.presharedKey());
        }
        if (peer.endpoint() != null) {
            line("endpoint", text(peer.endpoint()));
        }
        if (peer.keepaliveSeconds().isPresent()) {
            line(
                    "persistent_keepalive_interval",
                    Integer.toString(peer.keepaliveSeconds().getAsInt()));
        }
        flag("replace_allowed_ips", peer.replaceAllowedIps());
        for (AllowedIp change : peer.allowedIps()) {
            line("allowed_ip", (change.remove() ? "-" : "") + change.prefix());
        }
    }

    private static String text(InetSocketAddress endpoint) {
        String host = endpoint.getAddress().getHostAddress().replaceFirst("%.*", "");
        if (!(endpoint.getAddress() instanceof Inet6Address ipv6)) {
            return host + ":" + endpoint.getPort();
        }
        // Java appends the zone by interface name if it knows one; UAPI has the index.
        return "[" + host + (ipv6.getScopeId() == 0 ? "" : "%" + ipv6.getScopeId()) + "]:" + endpoint.getPort();
    }

    private void flag(String key, boolean set) throws IOException {
        if (set) {
            line(key, "true");
        }
    }

    private void line(String key, String value) throws IOException {
        output.put(key + "=" + value + "\n");
    }

    private void secret(String key, Secret secret) throws IOException {
        output.put(key + "=");
        for (int i = 0; i < Secret.BYTES; i++) {
            byte b = Memory.getByte(secret.address() + i);
            output.put(digit(b >> 4 & 15));
            output.put(digit(b & 15));
        }
        output.put("\n");
    }

    /** Computed, so that the time does not depend on the digit. */
    private static char digit(int value) {
        return (char) ('0' + value + ((9 - value) >> 31 & 'a' - '0' - 10));
    }
}
