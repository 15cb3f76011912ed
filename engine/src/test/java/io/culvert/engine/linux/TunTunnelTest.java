// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * TCP in the kernel's own VXLAN and Geneve over the TUN. Each datagram is written back, alone, with the addresses of
 * all its headers swapped, so the kernel verifies every checksum and talks with itself through the far address.
 */
class TunTunnelTest {
    private static final String NAME = "cv0";
    private static final int BYTES = 3_000_000;
    private static final int PORT = 5001;
    private static final int ETHERNET = 14;
    private static final int TUNNEL = 8 + 8 + ETHERNET;

    private WorkerIo io;
    private long slab;
    private int largest;
    private int longestSegment;

    private static String outer(boolean ipv6, int host) {
        return (ipv6 ? "fd77::" : "10.77.0.") + host;
    }

    private static String inner(boolean ipv6, int host) {
        return (ipv6 ? "fd79::" : "10.79.0.") + host;
    }

    @ParameterizedTest(name = "{0}, outer IPv6: {1}, inner IPv6: {2}")
    @CsvSource({
        "vxlan id 7 dstport 4789 udpcsum, false, false",
        "vxlan id 7 dstport 4789 udpcsum, false, true",
        "vxlan id 7 dstport 4789, true, false",
        "vxlan id 7 dstport 4789, true, true",
        "vxlan id 7 dstport 4789 noudpcsum, false, false",
        "vxlan id 7 dstport 4789 udp6zerocsumtx udp6zerocsumrx, true, true",
        "geneve id 7 udpcsum, false, false",
        "geneve id 7, true, false"
    })
    void tcpInATunnelComesOutInSuperPackets(String type, boolean outerIpv6, boolean innerIpv6) throws IOException {
        try (TestNamespace namespace = new TestNamespace();
                TunDevice tun = TunDevice.create(NAME, 1)) {
            Optional<String> refusal = tun.offload(true, true, true);
            assumeTrue(refusal.isEmpty(), () -> "needs Linux 6.17: " + refusal.orElse(""));
            namespace.ip("address add " + outer(outerIpv6, 1) + (outerIpv6 ? "/64 nodad" : "/24") + " dev " + NAME);
            namespace.ip("link set " + NAME + " up");
            String local = type.startsWith("vxlan") ? " local " + outer(outerIpv6, 1) + " dev " + NAME : "";
            String error = namespace.output("link add cv8 type " + type + " remote " + outer(outerIpv6, 2) + local);
            assumeTrue(error.isEmpty(), () -> "needs a kernel with " + type.split(" ")[0] + ": " + error);
            namespace.ip("address add " + inner(innerIpv6, 1) + (innerIpv6 ? "/64 nodad" : "/24") + " dev cv8");
            namespace.ip("link set cv8 mtu 1340 up");
            namespace.ip("neighbor add " + inner(innerIpv6, 2) + " lladdr 02:00:00:00:00:02 dev cv8");
            slab = Memory.allocate(1 << 18, 64);
            try (PlainIo opened = new PlainIo(tun, 0, EnumSet.noneOf(Offload.class))) {
                io = opened;
                transfer(innerIpv6);
                assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isZero();
            } finally {
                Memory.free(slab);
            }
        }
        assertThat(largest).isGreaterThan(10_000);
        assertThat(longestSegment).isBetween(1300, TunDevice.DEFAULT_MTU);
    }

    private void transfer(boolean ipv6) throws IOException {
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(inner(ipv6, 1), PORT));
            Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept();
                        InputStream in = socket.getInputStream()) {
                    received.complete(in.readAllBytes());
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
            });
            Thread.ofPlatform().start(() -> {
                try (Socket socket = new Socket(inner(ipv6, 2), PORT)) {
                    socket.getOutputStream().write(sent);
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
            });
            Arrivals arrivals = new Arrivals(io);
            arrivals.until(() -> {
                while (!arrivals.packets.isEmpty()) {
                    reflect(arrivals.packets.poll());
                }
                return received.isDone();
            });
            arrivals.close();
            assertThat(Arrays.equals(received.join(), sent)).isTrue();
        }
    }

    private void reflect(byte[] packet) {
        Memory.copy(packet, 0, slab, packet.length);
        largest = Math.max(largest, packet.length);
        Segmenter segmenter = new Segmenter();
        assertThat(segmenter.start(slab, packet.length)).isTrue();
        long header = slab + 70_000;
        while (segmenter.remaining() > 0) {
            VirtioNetHeader.clear(header);
            int length = segmenter.next(header + VirtioNetHeader.BYTES);
            longestSegment = Math.max(longestSegment, length);
            swapAddresses(header + VirtioNetHeader.BYTES);
            io.writeTun(0, header, VirtioNetHeader.BYTES + length);
            io.flush();
        }
    }

    private static void swapAddresses(long packet) {
        long ethernet = swapIp(packet) + TUNNEL - ETHERNET;
        if (IpPacket.protocol(packet) == IpPacket.UDP) {
            swap(ethernet, 6);
            swapIp(ethernet + ETHERNET);
        }
    }

    /** Swaps the addresses of an IP header; returns its end. */
    private static long swapIp(long packet) {
        boolean ipv4 = IpPacket.version(packet) == 4;
        swap(packet + (ipv4 ? 12 : 8), ipv4 ? 4 : 16);
        return packet + (ipv4 ? IpPacket.IPV4_HEADER : IpPacket.IPV6_HEADER);
    }

    /** Swaps two neighbours of {@code bytes} bytes. */
    private static void swap(long at, int bytes) {
        for (int i = 0; i < bytes; i++) {
            byte first = Memory.getByte(at + i);
            Memory.putByte(at + i, Memory.getByte(at + bytes + i));
            Memory.putByte(at + bytes + i, first);
        }
    }
}
