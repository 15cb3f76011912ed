// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.daemon.unix.SecretOutput;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.PeerSnapshot;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.PrefixList;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes answers to a UAPI connection. Nothing is allocated: the answer about a million peers would else have garbage
 * collected, which stops the workers. A long answer sleeps for half of its time, so that a worker that a packet wakes
 * finds a core (decision 130).
 *
 * <p>One thread.
 */
final class UapiWriter {
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    /** After so many peers the time is looked at. */
    private static final int PEERS_A_LOOK = 64;

    /** After so much time an answer sleeps. */
    private static final long WORK_NANOS = 500_000;

    private final SecretOutput output;

    /** Writes through {@code buffer}, which must be direct and is used by this writer alone. */
    UapiWriter(WritableByteChannel channel, ByteBuffer buffer) {
        output = new SecretOutput(channel, buffer);
    }

    /** Writes the answer to a {@code get}, without the errno line that ends it. */
    void write(DeviceSnapshot device) throws IOException {
        if (device.privateKey() != null) {
            secret("private_key", device.privateKey());
        }
        if (device.listenPort() != 0) {
            line("listen_port", device.listenPort());
        }
        if (device.fwmark() != 0) {
            line("fwmark", Integer.toUnsignedLong(device.fwmark()));
        }
        int written = 0;
        long begin = System.nanoTime();
        for (PeerSnapshot peer : device.peers()) {
            write(peer);
            if (++written % PEERS_A_LOOK == 0 && System.nanoTime() - begin >= WORK_NANOS) {
                LockSupport.parkNanos(WORK_NANOS);
                begin = System.nanoTime();
            }
        }
    }

    /** Writes lines of text. */
    void write(String text) throws IOException {
        output.putText(text);
    }

    /** Ends an answer with an errno, 0 for success, and sends it. */
    void finish(int errno) throws IOException {
        line("errno", errno);
        output.put('\n');
        output.flush();
    }

    private void write(PeerSnapshot peer) throws IOException {
        key("public_key");
        for (int i = 0; i < PublicKey.BYTES / Long.BYTES; i++) {
            hex(peer.publicKey().word(i), 16);
        }
        output.put('\n');
        secret("preshared_key", peer.presharedKey());
        line("protocol_version", 1);
        if (peer.endpoint().isSet()) {
            endpoint(peer.endpoint());
        }
        line("last_handshake_time_sec", peer.handshakeSeconds());
        line("last_handshake_time_nsec", peer.handshakeNanos());
        line("tx_bytes", peer.sentBytes());
        line("rx_bytes", peer.receivedBytes());
        line("persistent_keepalive_interval", peer.keepaliveSeconds());
        PrefixList prefixes = peer.allowedIps();
        for (int i = 0; i < prefixes.size(); i++) {
            key("allowed_ip");
            address(prefixes.isIpv6(i), prefixes.high(i), prefixes.low(i));
            output.put('/');
            decimal(prefixes.length(i));
            output.put('\n');
        }
    }

    /** Names the zone of an IPv6 address by the interface's index. */
    private void endpoint(UdpEndpoint endpoint) throws IOException {
        key("endpoint");
        if (endpoint.isIpv6()) {
            output.put('[');
        }
        address(endpoint.isIpv6(), endpoint.high(), endpoint.low());
        if (endpoint.scope() != 0) {
            output.put('%');
            decimal(endpoint.scope());
        }
        if (endpoint.isIpv6()) {
            output.put(']');
        }
        output.put(':');
        decimal(endpoint.port());
        output.put('\n');
    }

    /** An address as dotted decimals, or as eight groups, none of them left out. */
    private void address(boolean ipv6, long high, long low) throws IOException {
        if (ipv6) {
            groups(high);
            output.put(':');
            groups(low);
            return;
        }
        for (int shift = 24; shift >= 0; shift -= 8) {
            decimal(low >>> shift & 0xff);
            if (shift > 0) {
                output.put('.');
            }
        }
    }

    private void groups(long half) throws IOException {
        for (int shift = 48; shift >= 0; shift -= 16) {
            long group = half >>> shift & 0xffff;
            hex(group, Math.max(1, (67 - Long.numberOfLeadingZeros(group)) / 4));
            if (shift > 0) {
                output.put(':');
            }
        }
    }

    private void key(String name) throws IOException {
        output.put(name);
        output.put('=');
    }

    private void line(String key, long value) throws IOException {
        key(key);
        decimal(value);
        output.put('\n');
    }

    private void secret(String key, Secret secret) throws IOException {
        key(key);
        for (int i = 0; i < Secret.BYTES; i++) {
            hex(Memory.getByte(secret.address() + i), 2);
        }
        output.put('\n');
    }

    /** The last digits of a value, the most significant first. */
    private void hex(long value, int digits) throws IOException {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            output.put(DIGITS[(int) (value >>> shift) & 15]);
        }
    }

    private void decimal(long value) throws IOException {
        if (value < 0) {
            output.put('-');
        }
        long unit = 1;
        while (value / unit / 10 != 0) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            output.put((char) ('0' + Math.abs(value / unit % 10)));
        }
    }
}
