// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.culvert.daemon.uapi.UapiServer;
import io.culvert.daemon.uapi.UapiSocket;
import io.culvert.daemon.uapi.UapiTarget;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An answer about many peers leaves no garbage: to collect it would stop the workers. */
class DumpAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PEERS = 20_000;
    private static final int ATTEMPTS = 100;
    /** A reference to each peer takes 4. */
    private static final long MOST_BYTES_EACH = 40;

    @TempDir
    private Path directory;

    private static PeerUpdate peer(int number) {
        byte[] key = new byte[PublicKey.BYTES];
        ByteBuffer.wrap(key).putInt(number);
        return new PeerUpdate(
                new PublicKey(key),
                false,
                false,
                number % 2 == 0 ? null : new Secret(key),
                new InetSocketAddress(number % 3 == 0 ? "2001:db8::1" : "192.0.2.1", 51820),
                OptionalInt.of(25),
                false,
                List.of(
                        new PeerUpdate.AllowedIp(new Prefix(false, 0, number, 32), false),
                        new PeerUpdate.AllowedIp(new Prefix(true, number, 0, 64), false)));
    }

    private static UapiTarget target(Node node) {
        return new UapiTarget() {
            @Override
            public DeviceSnapshot snapshot() {
                return node.device().snapshot();
            }

            @Override
            public String status() {
                return "";
            }

            @Override
            public MemoryBudget memory() {
                return node.device().memory();
            }

            @Override
            public void apply(DeviceUpdate update) throws IOException {
                node.device().apply(update);
            }
        };
    }

    /** What the threads that serve connections have allocated. */
    private static long allocated() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("uapi-connection"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }

    private static long dump(SocketChannel client) throws IOException {
        client.write(ByteBuffer.wrap("get=1\n\n".getBytes()));
        ByteBuffer answer = ByteBuffer.allocate(1 << 16);
        long bytes = 0;
        String tail = "";
        while (!tail.endsWith("errno=0\n\n")) {
            answer.clear();
            int read = client.read(answer);
            assertThat(read).as("the connection stays open").isPositive();
            bytes += read;
            tail += new String(answer.array(), Math.max(0, read - 16), Math.min(16, read));
            tail = tail.substring(Math.max(0, tail.length() - 16));
        }
        return bytes;
    }

    /** In a JVM of its own, where no other test has made call sites megamorphic. */
    @Test
    void anAnswerAboutManyPeersAllocatesNextToNothing() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Dump.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        Matcher bytes = Pattern.compile("(\\d+) bytes a peer").matcher(output);
        assertThat(bytes.find()).as(output).isTrue();
        assertThat(Long.parseLong(bytes.group(1))).isLessThan(MOST_BYTES_EACH);
    }

    /** Prints what an answer allocates for each peer once the code is compiled. */
    static final class Dump {
        private Dump() {}

        public static void main(String[] arguments) throws IOException {
            List<PeerUpdate> peers = new ArrayList<>();
            for (int i = 1; i <= PEERS; i++) {
                peers.add(peer(i));
            }
            Path directory = Path.of(arguments[0]);
            try (Simulation simulation = new Simulation(1, 1)) {
                Node node = simulation.node();
                node.apply(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
                try (UapiSocket socket = UapiSocket.create(directory, "wg0")) {
                    new UapiServer(socket, target(node)).start();
                    System.out.println(leastOf(directory) / PEERS + " bytes a peer");
                }
            }
            // The threads that serve connections are not waited for.
            System.exit(0);
        }

        private static long leastOf(Path directory) throws IOException {
            long least = Long.MAX_VALUE;
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("wg0.sock")))) {
                // The first answers run before their code is compiled.
                for (int i = 0; i < ATTEMPTS; i++) {
                    long before = allocated();
                    assertThat(dump(client)).isGreaterThan(300L * PEERS);
                    least = Math.min(least, allocated() - before);
                }
            }
            return least;
        }
    }
}
