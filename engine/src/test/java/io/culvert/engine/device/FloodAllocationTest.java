// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.pipeline.ReceivedDatagram;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.testkit.MemoryIo;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.NetworkTransport;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.culvert.natives.Memory;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * What a flood costs for each message allocates nothing. In a JVM of its own without the checks of {@link Memory},
 * which allocate.
 */
class FloodAllocationTest {
    @Test
    void refusedMessagesAllocateNothing() throws IOException, InterruptedException {
        String path = String.join(
                File.pathSeparator,
                "target/classes",
                "target/test-classes",
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        path,
                        Flood.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("answered by a cookie: 0 bytes")
                .contains("wrong mac1: 0 bytes")
                .contains("wrong cookie: 0 bytes")
                .contains("unknown index: 0 bytes")
                .contains("malformed: 0 bytes")
                .contains("full queue: 0 bytes")
                .contains("full queue of a worker: 0 bytes")
                .contains("data of an unknown sender: 0 bytes");
    }

    /** Prints what 2,000 messages of each kind allocate once the code is compiled. */
    static final class Flood {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private static final int ROUNDS = 2_000;
        private static final int ATTEMPTS = 100;
        private static final int INITIATION = HandshakeInitiation.BYTES;

        private Flood() {}

        public static void main(String[] arguments) {
            SystemClock clock = new SystemClock();
            MemoryPlatform platform = MemoryPlatform.unchecked(
                    clock, new MemoryNetwork(clock, 1), "test", 1, 1, NetworkTransport::new, Node.outer4(1));
            Node node = new Node(platform, 1, 1, new DeviceOptions(1, Simulation.AEADS::create, false));
            Device device = node.device();
            long message = Memory.allocate(INITIATION, 64);
            UdpEndpoint from = new UdpEndpoint();
            from.setIpv4(0x7f000001, 1);
            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            new CookieGenerator(node.publicKey()).addMacs(message, INITIATION, 0);
            HandshakeFilter filter = new HandshakeFilter(device);

            measure("answered by a cookie", () -> {
                filter.check(message, INITIATION, from, true, 1);
                filter.cookieReply(message, INITIATION, from, 1);
            });
            Memory.putInt(message + Message.mac2(INITIATION), 1);
            measure("wrong cookie", () -> filter.check(message, INITIATION, from, true, 1));
            measure("wrong mac1", () -> {
                Memory.putInt(message + 8, Memory.getInt(message + 8) + 1);
                filter.check(message, INITIATION, from, true, 1);
            });
            measure("malformed", () -> filter.check(message, INITIATION - 1, from, true, 1));
            Memory.putInt(message, Message.HANDSHAKE_RESPONSE);
            measure("unknown index", () -> filter.check(message, HandshakeResponse.BYTES, from, true, 1));

            HandshakeQueue queue = device.handshakes();
            Worker worker = device.workers().get(0);
            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            new CookieGenerator(node.publicKey()).addMacs(message, INITIATION, 0);
            while (queue.offerChecked(message, INITIATION, from)) {
                queue.offer(worker, message, INITIATION, from);
            }
            measure("full queue", () -> queue.offerChecked(message, INITIATION, from));
            measure("full queue of a worker", () -> queue.offer(worker, message, INITIATION, from));
            Memory.putInt(message, Message.DATA);
            MemoryIo io = platform.io(0);
            measure("data of an unknown sender", () -> {
                int buffer = io.takeBuffer();
                Memory.copy(message, io.payload(buffer), INITIATION);
                ReceivedDatagram.receive(worker, buffer, io.payload(buffer), INITIATION, io.limit(buffer), from);
            });
            Runtime.getRuntime().halt(0);
        }

        private static void measure(String name, Runnable task) {
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < ROUNDS; i++) {
                    task.run();
                }
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            System.out.println(name + ": " + least + " bytes");
        }
    }
}
