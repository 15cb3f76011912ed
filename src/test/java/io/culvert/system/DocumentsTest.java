// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What documents show can be done as it stands there. */
class DocumentsTest {
    private static final String IMPORTS = """
            import io.culvert.engine.*;
            import java.net.*;
            import java.nio.ByteBuffer;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;
            """;

    /** Variables that the texts around the blocks have introduced. */
    private static final String PARAMETERS = "Tunnel tunnel, PublicKey server";

    private static List<FencedBlock> blocks(String document) {
        return FencedBlock.of(Repository.text(Repository.root().resolve(document)));
    }

    /** A block is a class, or statements of a method. */
    @Test
    void codeOfTheEmbeddingGuideCompiles(@TempDir Path directory) throws IOException {
        StringBuilder code = new StringBuilder(IMPORTS).append("class Guide {\n");
        int methods = 0;
        for (FencedBlock block : blocks("docs/embedding.md")) {
            if (!block.language().equals("java")) {
                continue;
            }
            if (block.text().startsWith("final class ")) {
                code.append("static ").append(block.text());
            } else {
                // A block that introduces a variable itself must not have it twice.
                String parameters = block.text().contains("PublicKey server =") ? "" : PARAMETERS;
                code.append(
                        "void block%d(%s) throws Exception {%n%s}%n".formatted(methods++, parameters, block.text()));
            }
        }
        code.append("}\n");
        assertThat(methods).isGreaterThan(4);
        Path file = Files.writeString(directory.resolve("Guide.java"), code);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        options,
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                .call();
        assertThat(compiled).as("%s%n%s", messages, code).isTrue();
    }

    /** As {@code javadoc -Xdoclint:all -Werror}: every element, parameter, result and exception is documented. */
    @Test
    void publicInterfaceIsDocumentedWithoutAWarning(@TempDir Path directory) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-quiet", "-Xdoclint:all", "-Werror"));
        arguments.addAll(List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path")));
        try (Stream<Path> sources = Files.list(Repository.root().resolve("engine/src/main/java/io/culvert/engine"))) {
            sources.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        StringWriter messages = new StringWriter();
        PrintWriter output = new PrintWriter(messages);
        int status = java.util.spi.ToolProvider.findFirst("javadoc")
                .orElseThrow()
                .run(output, output, arguments.toArray(String[]::new));
        assertThat(status).as("%s", messages).isZero();
        assertThat(directory.resolve("io/culvert/engine/Tunnel.html")).exists();
    }

    /** Only what runs, or says why not, is a command; other text has another language. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/guide.md", "docs/embedding.md", "docs/overlay.md"})
    void everyBlockHasALanguage(String document) {
        assertThat(blocks(document).stream()
                        .filter(block -> !List.of("sh", "java", "xml", "ini", "yaml", "text")
                                .contains(block.language()))
                        .map(block -> document + ":" + block.line()))
                .isEmpty();
    }

    /** Links between documents lead to files that exist. */
    @Test
    void linksLeadToFiles() {
        List<String> missing = new ArrayList<>();
        for (String document :
                List.of("README.md", "docs/guide.md", "docs/embedding.md", "docs/operations.md", "docs/overlay.md")) {
            Path file = Repository.root().resolve(document);
            Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)")
                    .matcher(Repository.text(file))
                    .results()
                    .map(match -> match.group(1))
                    .filter(target -> !Files.exists(file.resolveSibling(target)))
                    .forEach(target -> missing.add(document + ": " + target));
        }
        assertThat(missing).isEmpty();
    }
}
