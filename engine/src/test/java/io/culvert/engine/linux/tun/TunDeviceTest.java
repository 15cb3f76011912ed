// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.Tun;
import io.culvert.engine.linux.TestNamespace;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private final Tun.Listener listener = new Tun.Listener() {
        @Override
        public void onLink(boolean up) {
            events.add(up ? "up" : "down");
        }

        @Override
        public void onRestart() {
            events.add("restart");
        }

        @Override
        public void onMtu(int mtu) {
            events.add("mtu " + mtu);
        }

        @Override
        public void onTurn() {
            // Not looked at.
        }

        @Override
        public void onRemoved() {
            events.add("removed");
        }

        @Override
        public void onFailure(Throwable cause) {
            events.add("failure " + cause);
        }
    };

    @AfterEach
    void closeNamespace() throws IOException {
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

    private void assertEvents(String... expected) throws InterruptedException {
        for (String one : expected) {
            assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(one);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "sixteen-letters-", "a/b", "a b", "a\tb", "a:b", "wg%d", "fünfzehn-bytes-"})
    void invalidInterfaceNamesAreRefused(String name) {
        assertThatThrownBy(() -> TunDevice.create(name, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("interface name \"" + name + "\" ");
    }

    @Test
    void newInterfaceHasItsInitialSettings() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThat(tun.mtu()).isEqualTo(1420);
            assertThat(tun.name()).isEqualTo(NAME);
            assertThat(tun.queues()).isEqualTo(1);
            assertThat(tun.offload(true, false, false)).isEmpty();
            assertThat(Path.of("/proc/sys/net/ipv6/conf", NAME, "addr_gen_mode"))
                    .content()
                    .startsWith("1");
        }
    }

    @Test
    void interfaceInUseAndInterfaceOfAnotherTypeAreRefused() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThatThrownBy(() -> TunDevice.create(NAME, 1))
                    .hasMessage("interface " + tun.name() + " exists and another program uses it");
            assertThatThrownBy(() -> TunDevice.create("lo", 1))
                    .hasMessage("interface lo exists and is not a TUN interface with the same flags");
        }
        TunDevice.create(NAME, 1).close();
    }

    @Test
    void listenerIsNotifiedOfLinkMtuAndRemoval() throws IOException, InterruptedException {
        try (TunDevice tun = create(2)) {
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertEvents("up");
            namespace.ip("link set " + NAME + " mtu 1300");
            assertEvents("mtu 1300");
            assertThat(tun.mtu()).isEqualTo(1300);
            namespace.ip("link set " + NAME + " down");
            assertEvents("down");
            namespace.ip("link del " + NAME);
            assertEvents("removed");
        }
        assertThat(events).isEmpty();
    }

    /** Whether the interface is read in between or not. */
    @Test
    void listenerIsNotifiedOfEachTimeThatTheInterfaceWasDown() throws IOException, InterruptedException {
        try (TunDevice tun = create(1)) {
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertEvents("up");
            for (int i = 0; i < 20; i++) {
                namespace.ip("link set " + NAME + " down");
                namespace.ip("link set " + NAME + " up");
                String first = events.poll(10, TimeUnit.SECONDS);
                if (!"restart".equals(first)) {
                    assertThat(first).isEqualTo("down");
                    assertEvents("up");
                }
            }
        }
        assertThat(events).isEmpty();
    }

    /** One send takes 45 messages of 1,452 bytes, 7 of 8,952 or 64 of 624. */
    @Test
    void superPacketsAreLimitedToTheSegmentsOfOneSend() throws IOException, InterruptedException {
        try (TunDevice tun = create(1)) {
            assertThat(details()).contains("gso_max_segs 45 ");
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " mtu 8920");
            assertEvents("mtu 8920");
            assertThat(details()).contains("gso_max_segs 7 ");
            namespace.ip("link set " + NAME + " mtu 592");
            assertEvents("mtu 592");
            assertThat(details()).contains("gso_max_segs 64 ");
        }
    }

    private String details() throws IOException {
        return namespace.output("-d -s link show " + NAME);
    }

    @Test
    void probingSuperPacketsDeliversNone() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThat(tun.probeSuperPacket(VirtioNetHeader.GSO_TCPV4)).isEmpty();
            assertThat(tun.probeSuperPacket(VirtioNetHeader.GSO_UDP_L4)).isEmpty();
            assertThat(tun.probeSuperPacket(9))
                    .hasValueSatisfying(reason -> assertThat(reason).startsWith("TUN write: "));
            assertThat(Path.of("/proc/thread-self/net/dev")).content().containsPattern(NAME + ": +0 +0 ");
        }
    }

    @Test
    void listenerFollowsAnInterfaceThatIsMovedAndRenamed() throws IOException, InterruptedException {
        try (TunDevice tun = create(1);
                OtherNamespace other = new OtherNamespace(namespace.name() + "b")) {
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertEvents("up");
            namespace.ip("link set " + NAME + " netns " + other.name());
            assertEvents("down");
            other.ip("link set " + NAME + " name cv7");
            other.ip("link set cv7 mtu 1280 up");
            assertEvents("up");
            assertEvents("mtu 1280");
            other.ip("link del cv7");
            assertEvents("removed");
        }
    }

    /** As the kernel's WireGuard has it: a hub tells its peers of no shorter way. */
    @Test
    void redirectsAreOffOnceTheInterfaceIsUp() throws IOException, InterruptedException {
        try (TunDevice tun = create(1)) {
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " up");
            assertEvents("up");
            for (String sysctl : new String[] {
                "ipv4/conf/all/send_redirects",
                "ipv4/conf/" + NAME + "/send_redirects",
                "ipv4/conf/" + NAME + "/accept_redirects",
                "ipv6/conf/" + NAME + "/accept_redirects",
            }) {
                assertThat(Path.of("/proc/sys/net", sysctl)).content().startsWith("0");
            }
            assertThat(tun.shortfalls()).isEmpty();
        }
    }

    /** A move resets the interface's sysctls to the defaults of the other namespace. */
    @Test
    void settingsFollowAMovedInterface() throws IOException, InterruptedException {
        try (TunDevice tun = create(1);
                OtherNamespace other = new OtherNamespace(namespace.name() + "b")) {
            tun.listen(listener);
            assertEvents("down", "mtu 1420");
            namespace.ip("link set " + NAME + " netns " + other.name());
            String mode = "/proc/sys/net/ipv6/conf/" + NAME + "/addr_gen_mode";
            for (int i = 0; i < 1000 && !other.read(mode).equals("1"); i++) {
                Thread.sleep(10);
            }
            assertThat(other.read(mode)).isEqualTo("1");
            other.ip("link set " + NAME + " up");
            assertEvents("up");
            assertThat(other.read("/proc/sys/net/ipv4/conf/all/send_redirects")).isEqualTo("0");
            assertThat(other.read("/proc/sys/net/ipv4/conf/" + NAME + "/send_redirects"))
                    .isEqualTo("0");
        }
    }

    @Test
    void queueDropsAreCountedInAnyNamespace() throws IOException {
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

    /** Sends twice as many packets as the queue holds while no thread reads. */
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
    void closedDeviceNotifiesNoMore() throws IOException, InterruptedException {
        TunDevice tun = create(1);
        tun.listen(listener);
        assertEvents("down", "mtu 1420");
        tun.close();
        tun.close();
        assertThat(events).isEmpty();
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
            // Closing an adopted interface does not remove it.
            namespace.ip("link set " + NAME + " up");
        }
        int nonTun = Linux.eventfd();
        assertThatThrownBy(() -> TunDevice.adopt(nonTun, 1))
                .hasMessageStartingWith("descriptor " + nonTun + " is not a TUN queue");
        Linux.close(nonTun);
    }

    /** Another program's interface keeps the size of its virtio-net header, except while we have it. */
    @ParameterizedTest
    @ValueSource(ints = {10, 12, VirtioNetHeader.BYTES, 32})
    void adoptedInterfaceGetsItsHeaderSizeBack(int size) throws IOException {
        try (TunDevice made = create(1)) {
            int inherited = made.descriptor(0);
            headerBytes(linux_h.TUNSETVNETHDRSZ, inherited, size);
            int given = Linux.fcntl(inherited, linux_h.F_DUPFD_CLOEXEC, 3);
            try (TunDevice adopted = TunDevice.adopt(given, 1)) {
                assertThat(headerBytes(linux_h.TUNGETVNETHDRSZ, inherited, 0)).isEqualTo(VirtioNetHeader.BYTES);
                assertThat(adopted.offload(true, true, false)).isEmpty();
            }
            assertThat(headerBytes(linux_h.TUNGETVNETHDRSZ, inherited, 0)).isEqualTo(size);
        }
    }

    private static int headerBytes(long request, int descriptor, int bytes) throws IOException {
        long size = Memory.allocate(4, 4);
        try {
            Memory.putInt(size, bytes);
            Linux.ioctl(descriptor, request, size);
            return Memory.getInt(size);
        } finally {
            Memory.free(size);
        }
    }

    @Test
    void superPacketsInsideTunnelsAreNotDeliveredAlone() throws IOException {
        try (TunDevice tun = create(1)) {
            assertThat(tun.offload(false, false, true)).contains("TUNSETOFFLOAD: Invalid argument");
        }
    }

    /** A second namespace, which no thread of the test enters. */
    private record OtherNamespace(String name) implements AutoCloseable {
        OtherNamespace {
            run("ip", "netns", "add", name);
        }

        void ip(String arguments) {
            run(("ip -n " + name + " " + arguments).split(" "));
        }

        /** The content of a file as a thread in the namespace sees it. */
        String read(String file) throws IOException {
            Process process = new ProcessBuilder("ip", "netns", "exec", name, "cat", file).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
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
