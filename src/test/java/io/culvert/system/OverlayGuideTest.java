// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the overlay's guide: three nodes that find each other, and go on without etcd. */
@OnHost({"etcd", "etcdctl"})
class OverlayGuideTest {
    @Test
    void commandsRun(@TempDir Path directory) throws IOException {
        DocumentedCommandsTest.run("docs/overlay.md", directory);
    }
}
