// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands of documents, block after block, in a network namespace and an empty directory, with {@code bin} of this
 * tree on the path. A block in front of which a comment says why it is {@code not run} is left out.
 */
@OnHost
class DocumentedCommandsTest {
    /** Other tests and the host itself may have interfaces and namespaces of the names that the documents use. */
    private static final String ALONE = "for place in /var/run/wireguard /run/netns; do"
            + " mkdir -p $place && mount -t tmpfs none $place; done && cd \"$0\" && exec bash \"$1\"";

    private static final Duration LIMIT = Duration.ofMinutes(15);

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/guide.md", "docs/operations.md"})
    void commandsRun(String document, @TempDir Path directory) throws IOException {
        run(document, directory);
    }

    /** Runs the commands of a document in a directory that is empty. */
    static void run(String document, Path directory) throws IOException {
        List<FencedBlock> blocks = FencedBlock.of(
                        Repository.text(Repository.root().resolve(document)))
                .stream()
                .filter(block -> block.language().equals("sh") && block.notRun().isEmpty())
                .toList();
        assertThat(blocks).isNotEmpty();
        StringBuilder script = new StringBuilder("set -euo pipefail\n");
        script.append("PATH=").append(Repository.root().resolve("bin")).append(":$PATH\n");
        for (FencedBlock block : blocks) {
            script.append("echo '# ")
                    .append(document)
                    .append(':')
                    .append(block.line())
                    .append("'\n");
            script.append(block.before()).append('\n').append(block.text());
        }
        Path file = Files.writeString(directory.resolve("commands"), script);
        try (Namespace namespace = Namespace.create()) {
            Command.Result result = namespace
                    .command("unshare", "--mount", "sh", "-c", ALONE, directory.toString(), file.toString())
                    .limit(LIMIT)
                    .run();
            assertThat(result.exit()).as("%s", result.allOutput()).isZero();
        }
    }
}
