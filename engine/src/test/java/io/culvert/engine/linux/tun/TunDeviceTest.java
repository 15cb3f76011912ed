package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.Tun;
import io.culvert.engine.linux.TestNamespace;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Linux;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunDeviceTest {
    private static final String NAME = "cv0";

    private TestNamespace namespace;
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final Tun.Listener listener = new Tun.Listener() {
        @Override
        public void onLink(boolean up) {
            told.add(up ? "up" : "down");
        }

        @Override
        public void onMtu(int mtu) {
            told.add("mtu " + mtu);
        }

        @Override
        public void onRemoved() {
            told.add("removed");
        }
    };

    @AfterEach
    void leave() throws IOException {
        if (namespace != null) {
            namespace.close();
        }
    }

    private TunDevice create(int queues) throws IOException {
        namespace = new TestNamespace();
        TunDevice tun = TunDevice.create(NAME, queues);
        tun.limitSegments();
        return tun;
    }

    private void assertTold(String... expected) throws InterruptedException {
        for (String one : expected) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(one);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "sixteen-letters-", "a/b", "a b", "a\tb", "a:b", "wg%d", "fünfzehn-bytes-"})
    void namesThatAreNoneAreRefused(String name) {
        assertThatThrownBy(() -> TunDevice.create(name, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("interface name \"" + name + "\" ");
    }

    @Test
    void newInterfaceIsReadyToBeSetUp() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThat(tun.mtu()).isEqualTo(1420);
            assertThat(tun.name()).isEqualTo(NAME);
            assertThat(tun.queues()).isEqualTo(1);
            assertThat(tun.offload(true, false)).isEmpty();
            assertThat(Path.of("/proc/sys/net/ipv6/conf", NAME, "addr_gen_mode"))
                    .content()
                    .startsWith("1");
        }
    }

    @Test
    void interfaceInUseAndInterfaceOfAnotherKindAreErrors() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThatThrownBy(() -> TunDevice.create(NAME, 1))
                    .hasMessage("interface " + tun.name() + " exists and another program uses it");
            assertThatThrownBy(() -> TunDevice.create("lo", 1))
                    .hasMessage("interface lo exists and is of another kind");
        }
        TunDevice.create(NAME, 1).close();
    }

    @Test
    void listenerHearsOfLinkMtuAndRemoval() throws IOException, InterruptedException {
        try (TunDevice tun = create(2)) {
            tun.listen(listener);
            assertTold("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertTold("up");
            namespace.ip("link set " + NAME + " mtu 1300");
            assertTold("mtu 1300");
            assertThat(tun.mtu()).isEqualTo(1300);
            namespace.ip("link set " + NAME + " down");
            assertTold("down");
            namespace.ip("link del " + NAME);
            assertTold("removed");
        }
        assertThat(told).isEmpty();
    }

    /** 45 messages of 1,452 bytes, 7 of 8,952 or 64 of 624 are what one send takes. */
    @Test
    void superPacketsAreLimitedToWhatOneSendTakes() throws IOException, InterruptedException {
        try (TunDevice tun = create(1)) {
            assertThat(details()).contains("gso_max_segs 45 ");
            tun.listen(listener);
            assertTold("down", "mtu 1420");
            namespace.ip("link set " + NAME + " mtu 8920");
            assertTold("mtu 8920");
            assertThat(details()).contains("gso_max_segs 7 ");
            namespace.ip("link set " + NAME + " mtu 592");
            assertTold("mtu 592");
            assertThat(details()).contains("gso_max_segs 64 ");
        }
    }

    private String details() throws IOException {
        return namespace.output("-d -s link show " + NAME);
    }

    @Test
    void superPacketsAreProbedWithoutAnyComingThrough() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThat(tun.probeSuperPacket(VirtioNetHeader.GSO_TCPV4)).isEmpty();
            assertThat(tun.probeSuperPacket(VirtioNetHeader.GSO_UDP_L4)).isEmpty();
            assertThat(tun.probeSuperPacket(9))
                    .hasValueSatisfying(reason -> assertThat(reason).startsWith("TUN write: "));
            assertThat(Path.of("/proc/thread-self/net/dev")).content().containsPattern(NAME + ": +0 +0 ");
        }
    }

    @Test
    void listenerHearsOfAnInterfaceThatWasMovedAndRenamed() throws IOException, InterruptedException {
        try (TunDevice tun = create(1);
                OtherNamespace other = new OtherNamespace(namespace.name() + "b")) {
            tun.listen(listener);
            assertTold("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertTold("up");
            namespace.ip("link set " + NAME + " netns " + other.name());
            assertTold("down");
            other.ip("link set " + NAME + " name cv7");
            other.ip("link set cv7 mtu 1280 up");
            assertTold("up");
            assertTold("mtu 1280");
            other.ip("link del cv7");
            assertTold("removed");
        }
    }

    @Test
    void packetsThatFindNoRoomInTheQueueAreCountedWhereverTheInterfaceIs() throws IOException {
        TunDevice tun = create(1);
        try (OtherNamespace other = new OtherNamespace(namespace.name() + "b")) {
            flood();
            long dropped = tun.drops();
            assertThat(dropped).isBetween(1L, 1000L);
            namespace.ip("link set " + NAME + " netns " + other.name());
            other.ip("link set " + NAME + " name cv7");
            assertThat(tun.drops()).isGreaterThanOrEqualTo(dropped);
            tun.close();
            assertThatThrownBy(tun::drops).isInstanceOf(IOException.class);
        } finally {
            tun.close();
        }
    }

    /** Twice as many packets as the queue holds, and nobody reads. */
    private void flood() throws IOException {
        namespace.ip("address add 10.77.0.1/24 dev " + NAME);
        namespace.ip("link set " + NAME + " up");
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 2000; i++) {
                socket.send(new DatagramPacket(new byte[10], 10, new InetSocketAddress("10.77.0.2", 9)));
            }
        }
    }

    @Test
    void closedDeviceSaysNoMore() throws IOException, InterruptedException {
        TunDevice tun = create(1);
        tun.listen(listener);
        assertTold("down", "mtu 1420");
        tun.close();
        tun.close();
        assertThat(told).isEmpty();
    }

    @Test
    void inheritedDescriptorIsAdopted() throws IOException {
        try (TunDevice made = create(2)) {
            int inherited = Linux.fcntl(made.descriptor(0), linux_h.F_DUPFD_CLOEXEC, 3);
            try (TunDevice adopted = TunDevice.adopt(inherited, 2)) {
                assertThat(adopted.name()).isEqualTo(NAME);
                assertThat(adopted.queues()).isEqualTo(2);
                assertThat(adopted.mtu()).isEqualTo(1420);
            }
            // It was not ours to remove.
            namespace.ip("link set " + NAME + " up");
        }
        int nonTun = Linux.eventfd();
        assertThatThrownBy(() -> TunDevice.adopt(nonTun, 1))
                .hasMessageStartingWith("descriptor " + nonTun + " is no TUN interface");
        Linux.close(nonTun);
    }

    /** A second namespace, that nobody enters. */
    private record OtherNamespace(String name) implements AutoCloseable {
        OtherNamespace {
            run("ip", "netns", "add", name);
        }

        void ip(String arguments) {
            run(("ip -n " + name + " " + arguments).split(" "));
        }

        private static void run(String... command) {
            try {
                assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                        .isZero();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            run("ip", "netns", "del", name);
        }
    }
}
