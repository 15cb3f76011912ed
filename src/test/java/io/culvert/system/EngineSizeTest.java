package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The heart stays small: as the kernel's WireGuard, the protocol and the pipeline are at most 4,000 lines of code. The kernel
 * has segmentation, sockets and the network device elsewhere, so what is the system's side here is not among them.
 */
class EngineSizeTest {
    private static final int HEART = 4_000;
    private static final int ALL = 6_800;
    private static final Pattern SYSTEM_SIDE = Pattern.compile(".*/engine/(tun|udp|linux)/[^/]+");

    private static int lines(Predicate<Path> which) {
        Path sources = Repository.root().resolve("engine/src/main/java");
        return Repository.files(".java").stream()
                .filter(file -> file.startsWith(sources))
                .filter(which)
                .mapToInt(file -> SourceLines.count(Repository.text(file)))
                .sum();
    }

    @Test
    void protocolAndPipelineStaySmall() {
        assertThat(lines(file -> !SYSTEM_SIDE.matcher(file.toString()).matches()))
                .as("lines of code in engine, but for tun, udp and linux")
                .isBetween(1, HEART);
    }

    @Test
    void engineStaysSmall() {
        assertThat(lines(file -> true)).as("lines of code in engine").isBetween(1, ALL);
    }

    @Test
    void commentsBlanksAndImportsAreNotCounted() {
        assertThat(SourceLines.count("""
                        /** Two lines
                         * of comment. */

                        class A { // one
                            String s = "/* no comment"; /* a comment
                            */
                            char c = '"'; // two more
                            String t = \"""
                                // text
                                \""";
                        }
                        """)).isEqualTo(7);
    }
}
