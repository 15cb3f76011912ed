// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.engine.message.Message;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link WorkerIo}; each backend is a subclass. */
abstract class WorkerIoTest {
    static final String NAME = "cv0";
    /** Far longer than any wake-up takes. */
    private static final long LONG_NANOS = 30_000_000_000L;

    /** The second byte of the receiver index. */
    private static final int QUEUE_BYTE = 5;

    TestNamespace namespace;
    TunDevice tun;
    WorkerIo io;
    Arrivals arrivals;
    private final long memory = Memory.allocate(1 << 17, 64);

    abstract WorkerIo open(TunDevice device, int worker, Set<Offload> on) throws IOException;

    final WorkerIo open(TunDevice device, int worker) throws IOException {
        return open(device, worker, EnumSet.allOf(Offload.class));
    }

    final WorkerIo open(TunDevice device) throws IOException {
        return open(device, 0);
    }

    @BeforeEach
    void setUp() throws IOException {
        namespace = new TestNamespace();
        tun = TunDevice.create(NAME, 1);
        tun.offload(true, true, false);
        io = open(tun);
        arrivals = new Arrivals(io);
    }

    @AfterEach
    void tearDown() throws IOException {
        if (arrivals != null) {
            arrivals.close();
        }
        if (io != null) {
            io.close();
            io.close();
        }
        if (tun != null) {
            tun.close();
        }
        if (namespace != null) {
            namespace.close();
        }
        Memory.free(memory);
    }

    /** Queues a datagram to a port of this host. */
    final void send(int port) {
        io.send(memory, 100, 100, loopback(false, port), 0, 0);
    }

    private static UdpEndpoint loopback(boolean ipv6, int port) {
        UdpEndpoint endpoint = new UdpEndpoint();
        if (ipv6) {
            endpoint.setIpv6(0, 1, port, 0);
        } else {
            endpoint.setIpv4(0x7f000001, port);
        }
        return endpoint;
    }

    /** Lays datagrams end to end, which look like data messages of one receive queue. */
    private List<byte[]> lay(int segment, int total) {
        List<byte[]> datagrams = new ArrayList<>();
        for (int at = 0; at < total; at += segment) {
            byte[] datagram = new byte[Math.min(segment, total - at)];
            Arrays.fill(datagram, (byte) (at / segment + 1));
            datagram[0] = Message.DATA;
            datagram[QUEUE_BYTE] = 0;
            Memory.copy(datagram, 0, memory + at, datagram.length);
            datagrams.add(datagram);
        }
        return datagrams;
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void datagramsArriveCoalescedWithAddressesAndEcn(boolean ipv6) throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint to = loopback(ipv6, port.port());
            List<byte[]> sent = lay(1452, 45 * 1452 - 1000);
            io.send(memory, 45 * 1452 - 1000, 1452, to, 2, 0x88);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 45);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(arrivals.groups).isEqualTo(1);
            Arrivals.Datagram first = arrivals.datagrams.getFirst();
            assertThat(first.ecn()).isEqualTo(2);
            assertThat(first.from().sameRemote(to)).isTrue();
            assertThat(first.from().sourceHigh()).isEqualTo(to.high());
            assertThat(first.from().sourceLow()).isEqualTo(to.low());
            assertThat(first.from().sourceInterface()).isEqualTo(1);
            // The answer leaves from the address that the datagrams came to.
            io.send(memory, 100, 100, first.from(), 0, 0);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 46);
            assertThat(io.counters().get(Counter.UDP_SENDS)).isEqualTo(2);
            io.attach(null);
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void largestSendArrivesAsOneGroup(boolean ipv6) throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            List<byte[]> sent = lay(1424, WorkerIo.MAX_SEGMENTED_BYTES);
            io.send(memory, WorkerIo.MAX_SEGMENTED_BYTES, 1424, loopback(ipv6, port.port()), 0, 0);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 46);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(arrivals.groups).isEqualTo(1);
            io.attach(null);
        }
    }

    @Test
    void unreadDatagramsStayReadableInOrder() throws IOException {
        try (UdpPort port = new SocketBind(false, false, 3).open(0, 1, 0)) {
            io.attach(port);
            arrivals.full = true;
            List<byte[]> sent = lay(50, 50 * 40);
            io.send(memory, 50 * 40, 50, loopback(false, port.port()), 0, 0);
            io.flush();
            for (int i = 0; i < 5; i++) {
                arrivals.poll();
                io.park(1_000_000, 0);
            }
            assertThat(io.isUdpReadable()).isTrue();
            assertThat(arrivals.datagrams).isEmpty();
            arrivals.full = false;
            arrivals.until(() -> arrivals.datagrams.size() == 40);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            io.attach(null);
        }
    }

    @Test
    void readableSocketsAlternate() throws IOException {
        try (UdpPort port = new SocketBind(false, false, 3).open(0, 1, 0)) {
            io.attach(port);
            for (boolean ipv6 : new boolean[] {false, true}) {
                lay(50, 50 * 4);
                io.send(memory, 50 * 4, 50, loopback(ipv6, port.port()), 0, 0);
                io.flush();
            }
            arrivals.full = true;
            for (int i = 0; i < 5; i++) {
                arrivals.poll();
                io.park(1_000_000, 0);
            }
            for (int i = 0; i < 4; i++) {
                assertThat(io.receive(1, arrivals)).isOne();
            }
            assertThat(arrivals.datagrams.stream()
                            .filter(datagram -> datagram.from().isIpv6()))
                    .hasSize(2);
            arrivals.full = false;
            arrivals.until(() -> arrivals.datagrams.size() == 8);
            io.attach(null);
        }
    }

    @Test
    void runDelayEqualsTheKernelsCount() throws IOException {
        Path schedstat = Path.of("/proc/thread-self/schedstat");
        assumeTrue(Files.exists(schedstat), "the kernel has scheduler statistics");
        long before = Long.parseLong(Files.readString(schedstat).split(" ")[1]);
        long delay = io.runDelay();
        long after = Long.parseLong(Files.readString(schedstat).split(" ")[1]);
        assertThat(delay).isBetween(before, after);
    }

    @Test
    void sendsBeyondTheQueueCapacityKeepTheirOrder() throws IOException {
        try (UdpPort port = new SocketBind(false, false, 3).open(0, 1, 0)) {
            io.attach(port);
            for (int i = 0; i < 4; i++) {
                lay(50, 50 * 64);
                io.send(memory, 50 * 64, 50, loopback(false, port.port()), 0, 0);
                io.flush();
            }
            arrivals.until(() -> arrivals.datagrams.size() == 256);
            for (int i = 0; i < 256; i++) {
                assertThat(arrivals.datagrams.get(i).payload()).hasSize(50).containsOnly(Message.DATA, 0, i % 64 + 1);
            }
            assertThat(arrivals.groups).isEqualTo(256);
            io.attach(null);
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void segmentsLargerThanThePathMtuAreSentOneByOneInFragments(boolean ipv6) throws IOException {
        namespace.ip("link set lo mtu 1400");
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            List<byte[]> sent = lay(2000, 5000);
            io.send(memory, 5000, 2000, loopback(ipv6, port.port()), 1, 0);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 3);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(io.counters().get(Counter.UDP_GSO_FALLBACKS)).isEqualTo(1);
            io.attach(null);
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void removedSourceAddressIsReplacedByTheSystem(boolean ipv6) throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint to = loopback(ipv6, port.port());
            to.setSource(ipv6 ? 0xfd99_0000_0000_0000L : 0, ipv6 ? 7 : 0x0a636363, 1);
            List<byte[]> sent = lay(700, 2000);
            io.send(memory, 2000, 700, to, 0, 0x88);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 3);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(arrivals.datagrams.getFirst().from().sameRemote(to)).isTrue();
            assertThat(io.counters().get(Counter.UDP_SOURCE_FALLBACKS)).isEqualTo(1);
            io.attach(null);
        }
    }

    /** They were passed in the same system call. */
    @Test
    void messagesBehindARefusedOneAreStillSent() throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint nowhere = new UdpEndpoint();
            nowhere.setIpv4(0xc0000201, 9);
            List<byte[]> sent = lay(100, 900);
            for (int i = 0; i < 9; i++) {
                io.send(memory + i * 100, 100, 100, loopback(false, port.port()), 0, 0);
                if (i % 3 == 1) {
                    io.send(memory, 100, 100, nowhere, 0, 0);
                }
            }
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 9);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(io.counters().get(Counter.UDP_SENDS)).isEqualTo(9);
            assertThat(io.counters().get(Counter.UDP_SEND_ERRORS)).isEqualTo(3);
            io.attach(null);
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void datagramInAnotherQueueDoesNotWaitForAFullOne(boolean ipv6) throws IOException {
        try (UdpPort port = new SocketBind(true, false, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint to = loopback(ipv6, port.port());
            lay(32, 500 * 32);
            for (int i = 0; i < 500; i++) {
                Memory.putByte(memory + i * 32L + QUEUE_BYTE, (byte) 1);
            }
            for (int i = 0; i < 500; i += 50) {
                io.send(memory + i * 32L, 50 * 32, 32, to, 0, 0);
            }
            io.flush();
            while (!io.isUdpReadable()) {
                io.park(1_000_000, 0);
            }
            io.receive(16, arrivals);
            byte[] late = lay(64, 64).getFirst();
            late[QUEUE_BYTE] = 2;
            Memory.copy(late, 0, memory, late.length);
            io.send(memory, late.length, late.length, to, 0, 0);
            io.flush();
            for (int i = 0; i < 5; i++) {
                io.poll();
                io.receive(16, arrivals);
            }
            assertThat(arrivals.payloads()).contains(late).hasSizeLessThan(100);
            arrivals.until(() -> arrivals.datagrams.size() == 501);
            io.attach(null);
        }
    }

    /** Before Linux 6.11 a route whose device cannot compute checksums answers EIO. */
    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void segmentsRefusedWithEioAreSentOneByOneFromThenOn(boolean ipv6) throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint to = loopback(ipv6, port.port());
            LinuxIo linux = (LinuxIo) io;
            SendQueue queue = ipv6 ? linux.ipv6 : linux.ipv4;
            List<byte[]> sent = new ArrayList<>(lay(700, 5 * 700 - 1));
            queue.add(memory, 5 * 700 - 1, 700, to, 0, null);
            queue.finished(0, -linux_h.EIO);
            queue.clear();
            arrivals.until(() -> arrivals.datagrams.size() == 5);
            assertThat(io.counters().get(Counter.UDP_GSO_FALLBACKS)).isEqualTo(1);
            sent.addAll(lay(300, 900));
            io.send(memory, 900, 300, to, 0, 0);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 8);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            assertThat(io.counters().get(Counter.UDP_SENDS)).isEqualTo(8);
            assertThat(io.counters().get(Counter.UDP_GSO_FALLBACKS)).isEqualTo(1);
            io.attach(null);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {linux_h.EINVAL, linux_h.EMSGSIZE})
    void segmentsRefusedForOneMessageAreSentOneByOneThatTimeOnly(int error) throws IOException {
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            io.attach(port);
            UdpEndpoint to = loopback(false, port.port());
            SendQueue queue = ((LinuxIo) io).ipv4;
            List<byte[]> sent = lay(700, 2000);
            queue.add(memory, 2000, 700, to, 0, null);
            queue.finished(0, -error);
            queue.clear();
            arrivals.until(() -> arrivals.datagrams.size() == 3);
            assertThat(arrivals.payloads()).containsExactlyElementsOf(sent);
            io.send(memory, 2000, 700, to, 0, 0);
            io.flush();
            arrivals.until(() -> arrivals.datagrams.size() == 6);
            assertThat(io.counters().get(Counter.UDP_SENDS)).isEqualTo(4);
            io.attach(null);
        }
    }

    @Test
    void withoutWakeupCoalescingTheShortestSleepIsIgnored() throws IOException {
        try (WorkerIo hasty = openWithout(Offload.WAKEUP_COALESCING);
                UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            Arrivals soon = new Arrivals(hasty);
            hasty.attach(port);
            long start = System.nanoTime();
            soon.poll();
            lay(100, 100);
            hasty.send(memory, 100, 100, loopback(false, port.port()), 0, 0);
            hasty.flush();
            while (soon.poll() == 0) {
                hasty.park(LONG_NANOS, LONG_NANOS);
            }
            assertThat(System.nanoTime() - start).isLessThan(LONG_NANOS);
            hasty.attach(null);
            soon.close();
        }
    }

    private WorkerIo openWithout(Offload offload) throws IOException {
        io.close();
        return open(tun, 0, EnumSet.complementOf(EnumSet.of(offload)));
    }

    @Test
    void ownerIsToldOfRefusedDatagrams() throws IOException {
        List<String> refused = new ArrayList<>();
        SendOwner owner = (datagrams, bytes) -> refused.add(datagrams + " of " + bytes);
        UdpEndpoint nowhere = new UdpEndpoint();
        nowhere.setIpv4(0xc0000201, 9);
        try (UdpPort port = new SocketBind(true, true, 3).open(0, 1, 0)) {
            lay(100, 1000);
            io.send(memory, 1000, 300, nowhere, 0, 0, owner);
            assertThat(refused).as("without a port").containsExactly("4 of 1000");
            refused.clear();
            io.attach(port);
            io.send(memory, 100, 100, nowhere, 0, 0, owner);
            io.send(memory, 200, 200, loopback(false, port.port()), 0, 0, owner);
            io.flush();
            assertThat(refused).as("without a route").containsExactly("1 of 100");
            refused.clear();
            io.send(memory, 300, 300, loopback(false, port.port()), 0, 0, owner);
            io.attach(null);
            assertThat(refused).as("without the port any more").containsExactly("1 of 300");
            assertThat(io.counters().get(Counter.UDP_SEND_ERRORS)).isEqualTo(2);
        }
    }

    @Test
    void datagramsWaitInTheSocketWhileNoBufferIsFree() throws IOException {
        try (UdpPort port = new SocketBind(false, false, 3).open(0, 1, 0)) {
            io.attach(port);
            for (int i = 0; i < 5; i++) {
                lay(10, 600);
                io.send(memory, 600, 10, loopback(i % 2 == 0, port.port()), 0, 0);
                io.flush();
            }
            arrivals.hold = true;
            for (int idle = 0; idle < 3; ) {
                idle = arrivals.poll() == 0 ? idle + 1 : 0;
                io.park(1_000_000, 0);
            }
            assertThat(arrivals.held).hasSizeBetween(16, 299);
            arrivals.hold = false;
            arrivals.held.forEach(io::releaseUdp);
            arrivals.until(() -> arrivals.datagrams.size() == 300);
            io.attach(null);
        }
    }

    @Test
    void portCanBeDetachedAndReopened() throws IOException {
        int number = 0;
        for (int i = 0; i < 5; i++) {
            try (UdpPort port = new SocketBind(true, true, 3).open(number, 1, 0)) {
                number = port.port();
                io.attach(port);
                arrivals.datagrams.clear();
                lay(10, 10);
                io.send(memory, 10, 10, loopback(false, number), 0, 0);
                io.flush();
                arrivals.until(() -> arrivals.datagrams.size() == 1);
                // Neither a queued datagram nor a received one that was not polled may arrive after the port is
                // detached.
                io.send(memory, 10, 10, loopback(true, number), 0, 0);
                io.flush();
                io.send(memory, 10, 10, loopback(false, number), 0, 0);
                io.attach(null);
                assertThat(arrivals.poll()).isZero();
                assertThat(arrivals.datagrams).hasSize(1);
            }
        }
    }

    @Test
    void wakeUpsAreNotLost() {
        long start = System.nanoTime();
        io.wake();
        io.park(LONG_NANOS, 0);
        assertThat(System.nanoTime() - start).isLessThan(LONG_NANOS);
        assertThat(arrivals.poll()).isZero();
        io.park(1_000_000, 0);
    }

    @Test
    void otherThreadsWakeAParkedWorker() throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            Thread waker = Thread.ofPlatform().start(io::wake);
            io.park(LONG_NANOS, 0);
            waker.join();
            arrivals.poll();
        }
        assertThat(System.nanoTime() - start).isLessThan(LONG_NANOS);
    }

    @Test
    void removedTunStaysRemoved() {
        namespace.ip("link del " + NAME);
        arrivals.until(io::isTunRemoved);
        io.writeTun(0, memory, 100);
        io.flush();
        arrivals.poll();
        io.park(1_000_000, 0);
        arrivals.poll();
        assertThat(io.isTunRemoved()).isTrue();
        assertThat(io.isTunReadable()).isFalse();
    }
}
