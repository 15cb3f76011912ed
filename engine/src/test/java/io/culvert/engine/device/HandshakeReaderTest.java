// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Message;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader's thread between sockets in memory and a queue that nobody empties. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandshakeReaderTest {
    private static final int INITIATION = HandshakeInitiation.BYTES;
    private static final int GROUP = 60;

    /** Sockets with groups of messages; it counts the replies. */
    private static final class Sockets implements HandshakeIo {
        final LinkedBlockingQueue<Long> groups = new LinkedBlockingQueue<>();
        final Semaphore events = new Semaphore(0);
        final Semaphore flushes = new Semaphore(0);
        final List<UdpPort> attached = new ArrayList<>();
        private final UdpEndpoint from = new UdpEndpoint();
        volatile int replies;
        int queued;

        void arrive(long group) {
            groups.add(group);
            events.release();
        }

        @Override
        public void attach(UdpPort port) {
            attached.add(port);
        }

        @Override
        public int receive(Sink sink) {
            Long group = groups.poll();
            if (group == null) {
                return 0;
            }
            from.setIpv4(0x7f000001, 1000);
            sink.onMessages(group, GROUP * INITIATION, INITIATION, from);
            return 1;
        }

        @Override
        public int batch() {
            return 64;
        }

        @Override
        public void reply(long message, int length, UdpEndpoint to) {
            assertThat(length).isEqualTo(CookieReply.BYTES);
            assertThat(Message.type(message)).isEqualTo(Message.HANDSHAKE_COOKIE);
            assertThat(to.port()).isEqualTo(1000);
            queued++;
        }

        @Override
        public void flush() {
            replies += queued;
            queued = 0;
            flushes.release();
        }

        @Override
        public void await() {
            events.acquireUninterruptibly();
        }

        @Override
        public void wake() {
            events.release();
        }

        @Override
        public void close() {
            // It owns nothing.
        }
    }

    private final VirtualClock clock = new VirtualClock();
    private final MemoryPlatform platform =
            new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "test", 1, 1, Node.outer4(1));
    private final Node node = new Node(platform, 1, 1, new DeviceOptions(1, new Aeads(AeadChoice.JCE)::create, false));
    private final Sockets sockets = new Sockets();
    private final HandshakeQueue queue = node.device().handshakes();
    private final HandshakeReader reader = new HandshakeReader(node.device(), sockets, queue);
    private final long group = Memory.allocate((long) GROUP * INITIATION, 8);

    @AfterEach
    void close() {
        reader.stop();
        node.close();
        Memory.free(group);
    }

    private void await(HandshakeOutcome outcome, long count) throws InterruptedException {
        while (reader.outcomes().get(outcome) < count) {
            Thread.sleep(1);
        }
    }

    @Test
    void messagesOfAGroupAreQueuedUntilThereIsLoadThenAnsweredByCookies() throws InterruptedException {
        reader.start();
        CookieGenerator generator = new CookieGenerator(node.publicKey());
        for (int i = 0; i < GROUP; i++) {
            Memory.putInt(group + i * INITIATION, Message.HANDSHAKE_INITIATION);
            Memory.putInt(group + i * INITIATION + 4, i);
            generator.addMacs(group + i * INITIATION, INITIATION, 0);
        }
        for (int i = 0; i < 20; i++) {
            sockets.arrive(group);
        }
        await(HandshakeOutcome.COOKIE_SENT, 20 * GROUP - 512);
        sockets.flushes.acquire();
        assertThat(reader.outcomes().get(HandshakeOutcome.ACCEPTED)).isEqualTo(512);
        assertThat(queue.size()).isEqualTo(512);
        reader.attach(null);
        assertThat(sockets.replies).isEqualTo(20 * GROUP - 512);
    }

    @Test
    void aPortIsAttachedOnReturn() {
        reader.start();
        UdpPort port = open();
        reader.attach(port);
        assertThat(sockets.attached).containsExactly(port);
        reader.attach(null);
        assertThat(sockets.attached).containsExactly(port, null);
        port.close();
    }

    private UdpPort open() {
        try {
            return platform.bind().open(7, 1, 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A failed reader does not block those who attach a port. */
    @Test
    void aFailureClosesTheDevice() throws InterruptedException {
        Semaphore closed = new Semaphore(0);
        node.device().onClosed(closed::release);
        reader.start();
        sockets.groups.add(-1L);
        sockets.events.release();
        closed.acquire();
        reader.attach(null);
    }
}
