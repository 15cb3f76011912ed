// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.engine.message.Message;
import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The TUN against the kernel's own TCP and UDP. Each packet is written back with source and destination swapped, so the
 * kernel, which owns the near address, talks with itself through the far address.
 */
abstract class TunIoTest extends WorkerIoTest {
    private static final int BYTES = 3_000_000;
    private static final int PORT = 5001;

    private long slab;
    private int largest;
    private boolean refusing;

    @BeforeEach
    void bringUp() {
        namespace.ip("address add 10.77.0.1/24 dev " + NAME);
        namespace.ip("address add fd77::1/64 dev " + NAME + " nodad");
        namespace.ip("link set " + NAME + " up");
    }

    /** The far end's address, as the near end sees it. */
    private static String far(boolean ipv6) {
        return ipv6 ? "fd77::2" : "10.77.0.2";
    }

    private static String near(boolean ipv6) {
        return ipv6 ? "fd77::1" : "10.77.0.1";
    }

    private static void swapAddresses(long packet) {
        int at = IpPacket.version(packet) == 4 ? 12 : 8;
        int bytes = IpPacket.version(packet) == 4 ? 4 : 16;
        for (int i = 0; i < bytes; i++) {
            byte source = Memory.getByte(packet + at + i);
            Memory.putByte(packet + at + i, Memory.getByte(packet + at + bytes + i));
            Memory.putByte(packet + at + bytes + i, source);
        }
    }

    /** Reflects super-packets whole. */
    private void reflectWhole(byte[] packet) {
        Memory.copy(packet, 0, slab, packet.length);
        swapAddresses(slab + VirtioNetHeader.BYTES);
        io.writeTun(0, slab, packet.length);
        io.flush();
    }

    /** Segments, swaps the addresses, and coalesces again. */
    private void reflectSegmented(byte[] packet) {
        Memory.copy(packet, 0, slab, packet.length);
        Segmenter segmenter = new Segmenter();
        assertThat(segmenter.start(slab, packet.length)).isTrue();
        Coalescer coalescer = new Coalescer();
        coalescer.begin(refusing ? this::refuse : (header, length) -> io.writeTun(0, header, length), io.groKinds());
        long at = slab + 70_000;
        long limit = slab + (1 << 18);
        while (segmenter.remaining() > 0) {
            int length = segmenter.next(at + 16);
            swapAddresses(at + 16);
            coalescer.add(at + 16, length, limit);
            at += length + 32;
        }
        coalescer.finish();
        io.flush();
    }

    private void refuse(long header, int length) {
        if (VirtioNetHeader.gsoType(header) == VirtioNetHeader.GSO_NONE) {
            io.writeTun(0, header, length);
        } else {
            ((LinuxIo) io).tunWritten(0, header, length, -linux_h.EINVAL);
        }
    }

    private void reflectUntil(boolean whole, AtomicBoolean done) {
        slab = Memory.allocate(1 << 18, 64);
        arrivals.until(() -> {
            while (!arrivals.packets.isEmpty()) {
                byte[] packet = arrivals.packets.poll();
                largest = Math.max(largest, packet.length);
                if (whole) {
                    reflectWhole(packet);
                } else {
                    reflectSegmented(packet);
                }
            }
            return done.get();
        });
        Memory.free(slab);
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tcpFlowsInSuperPackets(boolean ipv6) throws IOException {
        tcp(ipv6, true);
        assertThat(largest).isGreaterThan(10_000);
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tcpFlowsSegmentedAndCoalesced(boolean ipv6) throws IOException {
        tcp(ipv6, false);
        assertThat(largest).isGreaterThan(10_000);
        // Each super-packet was written back as one or a few.
        long writes = io.counters().get(Counter.TUN_WRITES);
        assertThat(writes).isLessThan(BYTES / 1368);
        assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isZero();
    }

    private void tcp(boolean ipv6, boolean whole) throws IOException {
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        AtomicBoolean done = new AtomicBoolean();
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(near(ipv6), PORT));
            CompletableFuture<byte[]> received = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept();
                        InputStream in = socket.getInputStream()) {
                    received.complete(in.readAllBytes());
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
                done.set(true);
            });
            Thread.ofPlatform().start(() -> {
                try (Socket socket = new Socket(far(ipv6), PORT)) {
                    socket.getOutputStream().write(sent);
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
            });
            reflectUntil(whole, done);
            assertThat(Arrays.equals(received.join(), sent)).isTrue();
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void partialChecksumsOfDatagramsAreCompleted(boolean ipv6) throws IOException {
        AtomicBoolean done = new AtomicBoolean();
        try (DatagramSocket socket = new DatagramSocket(PORT, InetAddress.getByName(near(ipv6)))) {
            socket.setSoTimeout(9000);
            CompletableFuture<byte[]> received = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                    socket.receive(packet);
                    received.complete(Arrays.copyOf(packet.getData(), packet.getLength()));
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
                done.set(true);
            });
            byte[] payload = "there and back".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            socket.send(new DatagramPacket(payload, payload.length, new InetSocketAddress(far(ipv6), PORT)));
            reflectUntil(false, done);
            assertThat(received.join()).isEqualTo(payload);
        }
    }

    /** Some Linux releases around 6.6.44 refuse them. */
    @Test
    void refusedCoalescedDatagramsAreWrittenOneByOneFromThenOn() throws IOException {
        slab = Memory.allocate(1 << 18, 64);
        try (DatagramSocket socket = new DatagramSocket(PORT, InetAddress.getByName(near(false)))) {
            socket.setSoTimeout(9000);
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 5; i++) {
                    byte[] payload = new byte[i == 4 ? 99 : 100];
                    Arrays.fill(payload, (byte) i);
                    socket.send(new DatagramPacket(payload, payload.length, new InetSocketAddress(far(false), PORT)));
                }
                arrivals.until(() -> arrivals.packets.size() == 5);
                coalesceArrived(this::refuse);
                for (int i = 0; i < 5; i++) {
                    DatagramPacket packet = new DatagramPacket(new byte[200], 200);
                    socket.receive(packet);
                    assertThat(Arrays.copyOf(packet.getData(), packet.getLength()))
                            .hasSize(i == 4 ? 99 : 100)
                            .containsOnly(i);
                }
                assertThat(io.groKinds()).isEqualTo(Coalescer.ALL & ~Coalescer.UDP);
            }
        }
        Memory.free(slab);
        assertThat(io.counters().get(Counter.TUN_GSO_FALLBACKS)).isEqualTo(1);
        assertThat(io.counters().get(Counter.TUN_WRITES)).isEqualTo(10);
        assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isZero();
    }

    /** Coalesces the packets that arrived and writes them back. */
    private void coalesceArrived(Coalescer.Output output) {
        Coalescer coalescer = new Coalescer();
        coalescer.begin(output, io.groKinds());
        Segmenter segmenter = new Segmenter();
        long at = slab + 70_000;
        while (!arrivals.packets.isEmpty()) {
            byte[] packet = arrivals.packets.poll();
            Memory.copy(packet, 0, slab, packet.length);
            assertThat(segmenter.start(slab, packet.length)).isTrue();
            int length = segmenter.next(at + 16);
            swapAddresses(at + 16);
            coalescer.add(at + 16, length, slab + (1 << 18));
            at += length + 32;
        }
        coalescer.finish();
        io.flush();
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void tcpLosesNothingWhenSuperPacketsAreRefused(boolean ipv6) throws IOException {
        refusing = true;
        tcp(ipv6, false);
        assertThat(io.counters().get(Counter.TUN_GSO_FALLBACKS)).isPositive();
        assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isZero();
        assertThat(io.groKinds()).isEqualTo(Coalescer.ALL & ~Coalescer.TCP);
    }

    @Test
    void withoutOffloadsThePacketsThatComeOutAreNoLargerThanTheMtu() throws IOException {
        assertThat(tun.offload(false, false, false)).isEmpty();
        tcp(false, false);
        assertThat(largest).isLessThanOrEqualTo(VirtioNetHeader.BYTES + 1420);
    }

    @Test
    void interfaceCanGoDownAndUpAgain() throws IOException {
        namespace.ip("link set " + NAME + " down");
        assertThat(arrivals.poll()).isZero();
        slab = Memory.allocate(64, 8);
        Memory.putByte(slab + VirtioNetHeader.BYTES, (byte) 0x45);
        io.writeTun(0, slab, VirtioNetHeader.BYTES + 20);
        io.flush();
        Memory.free(slab);
        assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isEqualTo(1);
        namespace.ip("link set " + NAME + " up");
        partialChecksumsOfDatagramsAreCompleted(false);
        assertThat(io.isTunRemoved()).isFalse();
    }

    /**
     * The kernel segments for a device without offloads. Before Linux 6.11 it answers EIO, and the fallback segments.
     */
    @Test
    void datagramsLeaveOneByOneThroughADeviceWithoutOffloads() throws IOException {
        try (TunDevice simple = TunDevice.create("cv5", 1);
                WorkerIo other = open(simple);
                UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            namespace.ip("address add 10.78.0.1/24 dev cv5");
            namespace.ip("link set cv5 up");
            UdpEndpoint to = new UdpEndpoint();
            to.setIpv4(0x0a4e0002, 9);
            long payload = Memory.allocate(2500, 8);
            Memory.putByte(payload, (byte) Message.DATA);
            io.attach(port);
            io.send(payload, 2500, 1000, to, 0, 0);
            io.flush();
            Arrivals segments = new Arrivals(other);
            segments.until(() -> segments.packets.size() == 3);
            int header = VirtioNetHeader.BYTES + 28;
            assertThat(segments.packets.stream().map(packet -> packet.length))
                    .containsExactly(header + 1000, header + 1000, header + 500);
            io.attach(null);
            Memory.free(payload);
        }
    }

    @Test
    void flowsAreSpreadOverQueuesWithoutLoss() throws IOException {
        try (TunDevice twin = TunDevice.create("cv6", 2);
                WorkerIo first = open(twin, 0);
                WorkerIo second = open(twin, 1);
                DatagramSocket socket = new DatagramSocket()) {
            namespace.ip("address add 10.79.0.1/24 dev cv6");
            namespace.ip("link set cv6 up");
            for (int i = 0; i < 64; i++) {
                socket.send(new DatagramPacket(new byte[9], 9, new InetSocketAddress("10.79.0.2", 1000 + i)));
            }
            Arrivals firstQueue = new Arrivals(first);
            Arrivals secondQueue = new Arrivals(second);
            firstQueue.until(() -> {
                secondQueue.poll();
                return firstQueue.packets.size() + secondQueue.packets.size() == 64;
            });
            assertThat(firstQueue.packets).isNotEmpty();
            assertThat(secondQueue.packets).isNotEmpty();
        }
    }

    @Test
    void invalidPacketsAreRefusedAndCounted() {
        slab = Memory.allocate(1 << 18, 64);
        io.writeTun(0, slab, VirtioNetHeader.BYTES + 20);
        VirtioNetHeader.set(slab, VirtioNetHeader.GSO_TCPV4, 40, 1000, 20, 16);
        io.writeTun(0, slab, VirtioNetHeader.BYTES + 20);
        io.flush();
        assertThat(io.counters().get(Counter.TUN_WRITE_ERRORS)).isEqualTo(2);
        assertThat(io.counters().get(Counter.TUN_WRITES)).isZero();
        Memory.free(slab);
    }
}
