package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The heart stays small: as the kernel's WireGuard, the engine is at most 4,000 lines of code. */
class EngineSizeTest {
    private static final int LIMIT = 4_000;

    @Test
    void engineStaysSmall() {
        Path sources = Repository.root().resolve("engine/src/main/java");
        int lines = Repository.files(".java").stream()
                .filter(file -> file.startsWith(sources))
                .mapToInt(file -> SourceLines.count(Repository.text(file)))
                .sum();
        assertThat(lines).as("lines of code in engine").isBetween(1, LIMIT);
    }

    @Test
    void commentsAndBlanksAreNotCounted() {
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
