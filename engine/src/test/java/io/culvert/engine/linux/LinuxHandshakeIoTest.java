// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.CallState;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinuxHandshakeIoTest {
    private static final int INITIATION = HandshakeInitiation.BYTES;
    private static final int COUNT = 20;

    /** A message of a group, with the size of the group. */
    private record Received(int type, int length, int group, UdpEndpoint from) {}

    private final LinuxHandshakeIo io = new LinuxHandshakeIo();
    private final SendQueue sender = new SendQueue(new CallState(), new IoCounters());
    private final long memory = Memory.allocate(1 << 16, 64);
    private final List<Received> received = new ArrayList<>();
    private SocketPort port;

    @BeforeEach
    void open() throws IOException {
        port = (SocketPort) new SocketBind(true, true, 3).open(0, 1, 0);
        io.attach(port);
        for (int i = 0; i < COUNT; i++) {
            Memory.putInt(memory + i * INITIATION, Message.HANDSHAKE_INITIATION);
        }
    }

    @AfterEach
    void close() {
        io.attach(null);
        io.close();
        sender.close();
        port.close();
        Memory.free(memory);
    }

    private void receive(int count) {
        while (received.size() < count) {
            if (io.receive(this::take) == 0) {
                io.await();
            }
        }
    }

    private void take(long address, int length, int segment, UdpEndpoint from) {
        for (int at = 0; at < length; at += segment) {
            UdpEndpoint copy = new UdpEndpoint();
            copy.copyFrom(from);
            received.add(new Received(Message.type(address + at), Math.min(segment, length - at), length, copy));
        }
    }

    private UdpEndpoint loopback(boolean ipv6) {
        assumeTrue(!ipv6 || port.ipv6(0) != SocketPort.NO_SOCKET, "needs IPv6");
        sender.attach(ipv6 ? port.ipv6(0) : port.ipv4(0), true);
        UdpEndpoint to = new UdpEndpoint();
        if (ipv6) {
            to.setIpv6(0, 1, port.port(), 0);
        } else {
            to.setIpv4(0x7f000001, port.port());
        }
        return to;
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void coalescedMessagesArriveWithTheirSize(boolean ipv6) {
        int bytes = COUNT * INITIATION - 50;
        sender.add(memory, bytes, INITIATION, loopback(ipv6), 0, null);
        sender.send();
        receive(COUNT);
        assertThat(received).allSatisfy(message -> {
            assertThat(message.group()).isEqualTo(bytes);
            assertThat(message.type()).isEqualTo(Message.HANDSHAKE_INITIATION);
            assertThat(message.from().port()).isEqualTo(port.port());
        });
        assertThat(received.getFirst().length()).isEqualTo(INITIATION);
        assertThat(received.getLast().length()).isEqualTo(INITIATION - 50);
    }

    @ParameterizedTest(name = "IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void repliesLeaveFromThePortAndAddressThatReceived(boolean ipv6) throws IOException {
        loopback(ipv6);
        InetAddress to = InetAddress.getByName(ipv6 ? "::1" : "127.0.0.7");
        try (DatagramSocket client = new DatagramSocket()) {
            byte[] message = new byte[INITIATION];
            message[0] = Message.HANDSHAKE_INITIATION;
            client.send(new DatagramPacket(message, message.length, to, port.port()));
            receive(1);
            UdpEndpoint from = received.getFirst().from();
            // More than the queue holds.
            for (int i = 0; i < SendQueue.CAPACITY + 1; i++) {
                Memory.putInt(memory, i);
                io.reply(memory, 64, from);
            }
            io.flush();
            for (int i = 0; i < SendQueue.CAPACITY + 1; i++) {
                DatagramPacket reply = new DatagramPacket(new byte[100], 100);
                client.receive(reply);
                assertThat(reply.getLength()).isEqualTo(64);
                assertThat(reply.getData()[0]).isEqualTo((byte) i);
                assertThat(reply.getAddress()).isEqualTo(to);
                assertThat(reply.getPort()).isEqualTo(port.port());
            }
        }
    }

    @Test
    void answersHaveASocketOfTheirOwn() {
        UdpEndpoint to = loopback(false);
        Memory.putInt(memory, Message.HANDSHAKE_RESPONSE);
        sender.add(memory, HandshakeResponse.BYTES, HandshakeResponse.BYTES, to, 0, null);
        sender.send();
        receive(1);
        assertThat(received.getFirst().type()).isEqualTo(Message.HANDSHAKE_RESPONSE);
        assertThat(received.getFirst().length()).isEqualTo(HandshakeResponse.BYTES);
    }

    @Test
    void whatExceedsTheBufferIsReportedEmpty() {
        UdpEndpoint to = loopback(false);
        sender.add(memory, 60_000, 60_000, to, 0, null);
        sender.send();
        int[] lengths = {-1};
        while (io.receive((address, length, segment, from) -> lengths[0] = length) == 0) {
            io.await();
        }
        assertThat(lengths[0]).isZero();
    }

    @Test
    void wakeEndsTheWait() {
        io.wake();
        io.await();
        assertThat(io.receive(this::take)).isZero();
        Thread.ofPlatform().start(io::wake);
        io.await();
    }

    @Test
    void withoutAPortNothingIsReceivedAndRepliesAreDropped() {
        io.attach(null);
        UdpEndpoint to = new UdpEndpoint();
        to.setIpv4(0x7f000001, 9);
        io.reply(memory, 64, to);
        io.flush();
        assertThat(io.receive(this::take)).isZero();
    }
}
