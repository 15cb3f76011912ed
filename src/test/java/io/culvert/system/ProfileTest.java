// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code culvert profile}, through the launcher. */
@OnHost("iperf3")
class ProfileTest {
    private static final String PREFIX = "culvert-profile";

    @TempDir
    private Path directory;

    private LauncherRun run;

    @AfterEach
    void end() {
        if (run != null) {
            run.close();
        }
    }

    private void start(String load, String seconds) throws IOException {
        String out = graphs().toString();
        run = new LauncherRun(
                directory, List.of("profile", "--load", load, "--seconds", seconds, "--warm-up", "1", "--out", out));
    }

    private Path graphs() {
        return directory.resolve("graphs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp1", "udp"})
    void graphsShowTheWorkersOfBothEnds(String load) throws Exception {
        start(load, "1");
        assertThat(run.exitStatus()).as(run.errors()).isZero();
        for (String name : List.of("cpu-sender", "cpu-receiver", "wall-sender", "wall-receiver")) {
            String html = Repository.text(graphs().resolve(name + ".html"));
            assertThat(html).as(name).startsWith("<!DOCTYPE html>").contains("Culvert");
            assertThat(frames(html))
                    .as(name)
                    .anyMatch(frame -> frame.matches(".*worker-\\d+ tid=.*"))
                    .anyMatch(frame -> frame.contains("Worker.doWork"));
            assertThat(run.output()).contains(name + ".html");
        }
        run.assertNothingIsLeft(PREFIX);
    }

    /**
     * The frames of a graph, each of which is stored as the length of the prefix that it shares with the last one, and
     * the rest.
     */
    private static List<String> frames(String html) {
        String pool = html.substring(html.indexOf("const cpool = ["));
        List<String> frames = new ArrayList<>();
        Matcher entries = Pattern.compile("(?m)^'(.*)',?$").matcher(pool.substring(0, pool.indexOf("];")));
        String last = "";
        while (entries.find()) {
            String entry = entries.group(1).replaceAll("\\\\(.)", "$1");
            last = frames.isEmpty() ? entry : last.substring(0, entry.charAt(0) - ' ') + entry.substring(1);
            frames.add(last);
        }
        return frames;
    }

    @Test
    void interruptedItLeavesNothing() throws Exception {
        start("tcp1", "60");
        run.interruptAfter("sampling cpu");
        assertThat(run.exitStatus()).as(run.errors()).isEqualTo(130);
        assertThat(graphs()).doesNotExist();
        run.assertNothingIsLeft(PREFIX);
    }

    @Test
    void rejectsUnknownLoads() throws Exception {
        start("tcp9", "1");
        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors()).contains("tcp1, tcp8 or udp");
    }
}
