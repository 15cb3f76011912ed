// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OnHost({"etcd", "etcdctl"})
class OverlayDemoTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** What a demo makes: namespaces, sockets, and a directory. */
    private static List<String> traces() {
        TreeSet<String> names = new TreeSet<>();
        for (String directory : List.of("/run/netns", "/var/run/wireguard", System.getProperty("java.io.tmpdir"))) {
            try (Stream<Path> files = Files.list(Path.of(directory))) {
                files.map(Path::toString)
                        .filter(name -> name.matches(".*/(culvert-overlay-|culvert-demo-|co\\d+n).*"))
                        .forEach(names::add);
            } catch (IOException e) {
                // Nobody has made the directory yet.
            }
        }
        return List.copyOf(names);
    }

    @Test
    void showsAllEventsAndLeavesNothingBehind() {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        List<String> before = traces();
        Command.Result result = Command.of(Program.CULVERT.command(), "demo", "overlay", "--nodes", "4")
                .limit(LIMIT)
                .run()
                .expectSuccess();
        assertThat(result.output())
                .contains("node1 to node3 join", "node4 joins", "node3 is revoked", "etcd is killed", "etcd is back")
                .containsPattern("Everything worked: 4 nodes, none of [1-9]\\d* pings lost\\.\\n$");
        assertThat(traces()).isEqualTo(before);
    }
}
