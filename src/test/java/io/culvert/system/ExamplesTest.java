// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example programs, on the class path and on the module path, without any capability. */
@OnHost("setpriv")
class ExamplesTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String PACKAGE = "io.culvert.examples";

    /** How a program finds the library. */
    enum Start {
        CLASS_PATH("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "-cp"),
        MODULE_PATH("--enable-native-access=io.culvert.natives,io.culvert.crypto", "-p");

        private final List<String> options;

        Start(String... options) {
            this.options = List.of(options);
        }

        List<String> command(String program, String... arguments) {
            String classes = Repository.classes("examples").toString();
            String lib = Repository.root().resolve("daemon/target/lib").toString();
            List<String> words = withoutCapabilities();
            words.addAll(options);
            if (this == CLASS_PATH) {
                words.addAll(List.of(classPath(), PACKAGE + "." + program));
            } else {
                words.addAll(
                        List.of(classes + File.pathSeparator + lib, "-m", PACKAGE + "/" + PACKAGE + "." + program));
            }
            words.addAll(List.of(arguments));
            return words;
        }
    }

    private static String classPath() {
        return Repository.classes("examples")
                + File.pathSeparator
                + Repository.root().resolve("daemon/target/lib/*");
    }

    private static List<String> withoutCapabilities() {
        return new ArrayList<>(
                List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", Repository.jdkProgram("java")));
    }

    @ParameterizedTest
    @EnumSource
    void twoEndsInMemoryExchangePackets(Start start) {
        Command.Result result = Command.of(start.command("InMemory").toArray(String[]::new))
                .limit(LIMIT)
                .run()
                .expectSuccess();
        assertThat(result.output()).contains("handshake with ", "1000 messages echoed");
        assertThat(result.allOutput()).doesNotContain("WARNING: A restricted", "start the JVM with", "Vector API");
    }

    /** As of a program that knows nothing of options. */
    @Test
    void exampleRunsWithoutOptionsAndSaysWhichAreMissing() {
        List<String> words = withoutCapabilities();
        words.addAll(List.of("-cp", classPath(), PACKAGE + ".InMemory"));
        Command.Result result =
                Command.of(words.toArray(String[]::new)).limit(LIMIT).run().expectSuccess();
        assertThat(result.output()).contains("1000 messages echoed").containsPattern("encrypted by (openssl|jce)");
        assertThat(result.allOutput())
                .contains("--enable-native-access=ALL-UNNAMED", "--add-modules jdk.incubator.vector");
    }

    @ParameterizedTest
    @EnumSource
    void pageIsFetchedThroughATunnelWithoutAnInterface(Start start, @TempDir Path directory) throws IOException {
        String page = "0123456789abcdef\n".repeat(20_000);
        Files.writeString(directory.resolve("page.txt"), page);
        Key server = Key.generate();
        Key client = Key.generate();
        try (Namespace namespace = Namespace.create();
                Daemon daemon = Daemon.start(Program.CULVERT, namespace)) {
            daemon.wg().set("private-key", server.file().toString(), "listen-port", "51820");
            daemon.wg().set("peer", client.pub(), "allowed-ips", "10.0.0.2/32");
            namespace.ip("link", "set", daemon.device(), "up");
            namespace.ip("route", "add", "10.0.0.2/32", "dev", daemon.device());
            namespace.start(
                    Map.of(),
                    directory.resolve("server.log").toFile(),
                    Repository.jdkProgram("jwebserver"),
                    "-b",
                    "0.0.0.0",
                    "-p",
                    "8080",
                    "-d",
                    directory.toString());
            await(() -> namespace.output("ss", "-Hltn").contains(":8080"));
            File output = directory.resolve("output").toFile();
            List<String> words = start.command(
                    "HttpOverTunnel",
                    client.file().toString(),
                    server.pub(),
                    "127.0.0.1:51820",
                    "10.0.0.2",
                    "http://10.0.0.1:8080/page.txt");
            Process fetching = namespace.start(Map.of(), output, words.toArray(String[]::new));
            // The first SYN has no receiver: the client must send it again.
            await(() -> daemon.wg().received(client) > 148 || !fetching.isAlive());
            namespace.ip("address", "add", "10.0.0.1/32", "dev", daemon.device());
            assertThat(Unchecked.call(() -> fetching.waitFor(LIMIT))).isTrue();
            String text = Repository.text(output.toPath());
            assertThat(fetching.exitValue()).as(text).isZero();
            assertThat(text).contains(" 200 OK\r\n", "\r\n\r\n" + page, " encrypted by ");
        }
    }

    private static void await(BooleanSupplier condition) {
        assertThat(Eventually.holds(LIMIT, condition)).isTrue();
    }
}
