// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code culvert status}, {@code top} and {@code doctor} look at interfaces that run. */
@OnHost("script")
class RunningInterfacesTest extends InNamespace {
    /** Control sequences of a terminal. */
    private static final String NEXT_LINE = "\u001b\\[[0-9]+;1H";

    private static final String SEQUENCE = "\u001b\\[[?0-9;]*[A-Za-z]";

    private static String launcher() {
        return Repository.root().resolve("bin/culvert").toString();
    }

    private Daemon start() {
        Daemon daemon = Daemon.start(Program.CULVERT, namespace);
        assertThat(Uapi.set(
                        daemon.device(),
                        "private_key=" + "ab".repeat(32),
                        "listen_port=51820",
                        "public_key=" + "cd".repeat(32),
                        "endpoint=192.0.2.1:1"))
                .isZero();
        namespace.ip("link", "set", daemon.device(), "up");
        return daemon;
    }

    @Test
    void statusAndDoctorSeeWhatTheInterfaceHas() {
        try (Daemon daemon = start()) {
            String name = daemon.device();
            assertThat(namespace.output(launcher(), "status", name))
                    .startsWith(name + ": up, ready, port 51820, 1 peer, culvert ")
                    .contains("192.0.2.1:1")
                    .doesNotContain("ab".repeat(8));
            JsonObject json = JsonParser.parseString(namespace.output(launcher(), "status", "--json", name))
                    .getAsJsonObject()
                    .getAsJsonArray("interfaces")
                    .get(0)
                    .getAsJsonObject();
            assertThat(json.get("ready").getAsBoolean()).isTrue();
            assertThat(json.getAsJsonArray("offloads")).hasSizeGreaterThan(5);
            Command.Result doctor =
                    namespace.command(launcher(), "doctor", name).run();
            assertThat(doctor.output())
                    .contains("it carries packets on port 51820")
                    .contains("path to 192.0.2.1:1");
            assertThat(doctor.exit()).as("no route to the endpoint").isEqualTo(1);
            namespace.ip("link", "set", name, "down");
            Command.Result down = namespace.command(launcher(), "status", name).run();
            assertThat(down.exit()).isEqualTo(1);
            assertThat(down.output()).contains("down, not ready");
        }
        Command.Result gone = namespace.command(launcher(), "doctor", "nosuch0").run();
        assertThat(gone.exit()).isEqualTo(2);
    }

    @Test
    void topPrintsLinesIntoAPipe() {
        try (Daemon daemon = start()) {
            List<String> lines = namespace
                    .output(launcher(), "top", "--interval", "0.2", "--count", "2", daemon.device())
                    .lines()
                    .toList();
            assertThat(lines).hasSize(4).allMatch(line -> line.contains(" " + daemon.device() + " "));
            assertThat(String.join("", lines)).doesNotContain("\u001b");
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 20", "24, 80", "60, 200"})
    void topFitsTheTerminalAndGivesItBack(int rows, int columns) {
        try (Daemon daemon = start()) {
            String top = "stty rows %d cols %d; '%s' top --interval 0.2 --count 2 %s; stty -a"
                    .formatted(rows, columns, launcher(), daemon.device());
            String output = namespace.output("script", "-qec", top, "/dev/null");
            int end = output.indexOf("\u001b[?1049l");
            assertThat(output.indexOf("\u001b[?1049h")).isLessThan(end).isNotNegative();
            String[] frames = output.substring(0, end).split("\u001b\\[H");
            assertThat(frames).hasSize(4);
            for (int i = 1; i < frames.length; i++) {
                List<String> lines = frames[i]
                        .replaceAll(NEXT_LINE, "\n")
                        .replaceAll(SEQUENCE, "")
                        .lines()
                        .toList();
                assertThat(lines).hasSizeLessThanOrEqualTo(rows).allMatch(line -> line.length() <= columns);
            }
            assertThat(frames[3].replaceAll(SEQUENCE, "")).contains("culvert top", daemon.device() + ": ready");
            // stty breaks its lines where the terminal ends.
            assertThat(output.substring(end).replaceAll("\\s+", " "))
                    .contains(" icanon")
                    .contains(" echo ");
        }
    }
}
