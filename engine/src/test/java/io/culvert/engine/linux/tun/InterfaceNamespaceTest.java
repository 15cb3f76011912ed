// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.linux.TestNamespace;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Capabilities;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterfaceNamespaceTest {
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    /** The end of the daemon's start may come while a thread is in the namespace of an interface that was moved. */
    @Test
    void aThreadComesBackThoughCapabilitiesWereDroppedMeanwhile() throws IOException, InterruptedException {
        try (TestNamespace other = new TestNamespace();
                TestNamespace _ = new TestNamespace()) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                            "-cp",
                            String.join(
                                    File.pathSeparator,
                                    "target/classes",
                                    "target/test-classes",
                                    System.getProperty("jdk.module.path", ""),
                                    System.getProperty("java.class.path")),
                            Away.class.getName(),
                            other.name())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            assertThat(output).contains("away: true, back: true");
        }
    }

    /** Drops capabilities for good, hence in a process of its own, while it is in the interface's namespace. */
    static final class Away {
        private Away() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (TunDevice tun = TunDevice.create("cv0", 1)) {
                int status = new ProcessBuilder("ip", "link", "set", "cv0", "netns", arguments[0])
                        .inheritIO()
                        .start()
                        .waitFor();
                if (status != 0) {
                    throw new IOException("the interface cannot be moved");
                }
                Path before = Files.readSymbolicLink(OWN);
                boolean away = new InterfaceNamespace(tun.descriptor(0)).call(() -> {
                    Capabilities.limit(
                            Set.of(linux_h.CAP_NET_ADMIN, linux_h.CAP_SYS_ADMIN), Set.of(linux_h.CAP_NET_ADMIN));
                    return !Files.readSymbolicLink(OWN).equals(before);
                });
                System.out.println("away: " + away + ", back: "
                        + Files.readSymbolicLink(OWN).equals(before));
            }
        }
    }
}
