// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.UdpPort;
import io.culvert.engine.message.Message;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketBindTest {
    private static final int QUEUES = 4;

    private final SocketBind bind = new SocketBind(true, true, QUEUES);

    @ParameterizedTest(name = "{0} workers")
    @ValueSource(ints = {1, 3})
    void freePortIsTheSameForBothFamilies(int workers) throws IOException {
        try (SocketPort port = (SocketPort) bind.open(0, workers, 0)) {
            assertThat(port.port()).isBetween(1, 65_535);
            assertThat(port.ipv4(workers - 1)).isPositive();
            if (port.ipv6(0) != SocketPort.NO_SOCKET) {
                assertThat(Linux.getsockopt(port.ipv6(0), linux_h.SOL_IPV6, linux_h.IPV6_V6ONLY))
                        .isEqualTo(1);
            }
        }
    }

    @ParameterizedTest(name = "{0} workers")
    @ValueSource(ints = {1, 2})
    void portInUseIsRefusedEvenIfItsOwnerSharesIt(int workers) throws IOException {
        try (UdpPort taken = bind.open(0, workers, 0)) {
            for (int mine = 1; mine <= 2; mine++) {
                int count = mine;
                assertThatThrownBy(() -> bind.open(taken.port(), count, 0))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("UDP port " + taken.port());
            }
        }
    }

    @Test
    void triedOutPortIsRefusedWhileItIsTakenAndLeftFree() throws IOException {
        UdpPort taken = bind.open(0, 1, 0);
        int number = taken.port();
        assertThatThrownBy(() -> bind.tryOut(number, 0))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("UDP port " + number);
        taken.close();
        bind.tryOut(number, 0);
        bind.tryOut(0, 0);
        bind.open(number, 1, 0).close();
    }

    @Test
    void closedPortCanBeReopenedAtOnce() throws IOException {
        int number = 0;
        for (int i = 0; i < 20; i++) {
            UdpPort port = bind.open(number, 2, 0);
            number = port.port();
            port.close();
            port.close();
        }
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void dataMessagesReachTheQueueOfTheirReceiverIndex(boolean ipv6) throws IOException {
        int workers = 3;
        int queues = QUEUES;
        try (SocketPort port = (SocketPort) bind.open(0, workers, 0);
                DatagramSocket sender = new DatagramSocket()) {
            assumeTrue(!ipv6 || port.ipv6(0) != SocketPort.NO_SOCKET, "needs IPv6");
            InetAddress to = InetAddress.getByName(ipv6 ? "::1" : "127.0.0.1");
            for (int home = 0; home < 256; home += 51) {
                for (int queue = 0; queue < 256; queue += 15) {
                    byte[] message = new byte[32];
                    message[0] = Message.DATA;
                    message[4] = (byte) home;
                    message[5] = (byte) queue;
                    sender.send(new DatagramPacket(message, message.length, to, port.port()));
                    int[] sockets = port.receiveQueues(home % workers);
                    assertThat(receive(sockets[(ipv6 ? queues : 0) + queue % queues]))
                            .isEqualTo(32);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} workers, IPv6: {1}")
    @CsvSource({"1, false", "1, true", "3, false", "3, true"})
    void handshakeMessagesHaveSocketsOfTheirOwn(int workers, boolean ipv6) throws IOException {
        try (SocketPort port = (SocketPort) bind.open(0, workers, 0);
                DatagramSocket sender = new DatagramSocket()) {
            assumeTrue(!ipv6 || port.ipv6(0) != SocketPort.NO_SOCKET, "needs IPv6");
            InetAddress to = InetAddress.getByName(ipv6 ? "::1" : "127.0.0.1");
            int initiations = ipv6 ? port.initiations6() : port.initiations4();
            int answers = ipv6 ? port.answers6() : port.answers4();
            int first = ipv6 ? port.ipv6(0) : port.ipv4(0);
            for (int type = 0; type < 256; type++) {
                if (type != Message.DATA) {
                    boolean answer = type == Message.HANDSHAKE_RESPONSE || type == Message.HANDSHAKE_COOKIE;
                    byte[] message = new byte[1 + type];
                    message[0] = (byte) type;
                    sender.send(new DatagramPacket(message, message.length, to, port.port()));
                    assertThat(receive(answer ? answers : initiations)).isEqualTo(message.length);
                }
            }
            // Too short for one of the loads.
            for (int length : new int[] {0, 1, 4, 5}) {
                byte[] message = new byte[length];
                Arrays.fill(message, (byte) Message.DATA);
                sender.send(new DatagramPacket(message, length, to, port.port()));
                assertThat(receive(first)).isEqualTo(length);
            }
        }
    }

    @Test
    void overflowsOfTheHandshakeSocketsAreCountedApart() throws IOException {
        SocketPort port = (SocketPort) bind.open(0, 2, 0);
        try (DatagramSocket sender = new DatagramSocket()) {
            byte[] message = new byte[60_000];
            InetAddress to = InetAddress.getLoopbackAddress();
            for (int type = 1; type <= 2; type++) {
                message[0] = (byte) type;
                for (int i = 0; i < 1000 && port.handshakeLosses() < 2 * type; i++) {
                    sender.send(new DatagramPacket(message, message.length, to, port.port()));
                }
            }
            assertThat(port.handshakeLosses()).isEqualTo(4);
            assertThat(port.receiveLosses(0) + port.receiveLosses(1)).isZero();
        } finally {
            port.close();
        }
        assertThat(port.handshakeLosses()).isZero();
    }

    @Test
    void receiveBufferOverflowsAreCountedByWorker() throws IOException {
        SocketPort port = (SocketPort) bind.open(0, 2, 0);
        try (DatagramSocket sender = new DatagramSocket()) {
            assertThat(port.receiveLosses(0) + port.receiveLosses(1)).isZero();
            byte[] message = new byte[60_000];
            message[0] = Message.DATA;
            message[4] = 1;
            message[5] = 2;
            InetAddress to = InetAddress.getLoopbackAddress();
            for (int i = 0; i < 1000 && port.receiveLosses(1) < 2; i++) {
                sender.send(new DatagramPacket(message, message.length, to, port.port()));
            }
            assertThat(port.receiveLosses(1)).isEqualTo(2);
            assertThat(port.receiveLosses(0)).isZero();
        } finally {
            port.close();
        }
        assertThat(port.receiveLosses(1)).isZero();
    }

    private static int receive(int socket) {
        CallState calls = new CallState();
        long memory = Memory.allocate(256, 8);
        try {
            pollfd.fd(memory, socket);
            pollfd.events(memory, (short) linux_h.POLLIN);
            Linux.poll(calls, memory, 1, 10_000);
            return Linux.read(calls, socket, memory, 256);
        } finally {
            Memory.free(memory);
        }
    }

    @Test
    void offloadsCanBeSwitchedOff() {
        SocketBind without = new SocketBind(false, false, QUEUES);
        assertThat(without.gsoUnavailableReason()).contains("switched off");
        assertThat(without.groUnavailableReason()).contains("switched off");
    }

    @Test
    void fwmarkIsSetOnEverySocket() throws IOException {
        assumeTrue(Linux.geteuid() == 0, "needs root to set firewall marks");
        try (SocketPort port = (SocketPort) bind.open(0, 2, 51_820)) {
            for (int mark : new int[] {51_820, 7, 0}) {
                if (mark != 51_820) {
                    port.setFwmark(mark);
                }
                IntStream sockets = IntStream.of(port.initiations4(), port.answers4());
                for (int worker = 0; worker < 2; worker++) {
                    sockets = IntStream.concat(sockets, Arrays.stream(port.receiveQueues(worker)));
                }
                for (int socket : sockets.toArray()) {
                    assertThat(Linux.getsockopt(socket, linux_h.SOL_SOCKET, linux_h.SO_MARK))
                            .isEqualTo(mark);
                }
            }
        }
    }
}
