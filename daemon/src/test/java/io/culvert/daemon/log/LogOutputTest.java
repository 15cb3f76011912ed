// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.DatagramReceiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogOutputTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05.678901Z"), ZoneOffset.UTC);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private StreamLog stream(boolean journal) {
        return new StreamLog(new PrintStream(written, true), journal, CLOCK);
    }

    @Test
    void linesHaveTheTimeOutsideTheJournal() {
        stream(false).write(Level.WARNING, "Part: first\nsecond");
        assertThat(written.toString(StandardCharsets.UTF_8))
                .isEqualTo("2026-01-02T03:04:05.678Z culvert: warning: Part: first\n"
                        + "2026-01-02T03:04:05.678Z culvert: warning: second\n");
    }

    @Test
    void linesHaveTheirSeverityInTheJournal() {
        StreamLog log = stream(true);
        log.write(Level.ERROR, "Part: first\nsecond");
        log.write(Level.WARNING, "a");
        log.write(Level.INFO, "b");
        log.write(Level.DEBUG, "c");
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("<3>Part: first\n<3>second\n<4>a\n<6>b\n<7>c\n");
    }

    @Test
    void journalIsRecognizedByTheStreamsInode() throws IOException {
        Path file = Files.createFile(directory.resolve("stream"));
        Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
        String stream = attributes.get("dev") + ":" + attributes.get("ino");
        assertThat(StreamLog.isJournal(Map.of("JOURNAL_STREAM", stream), file)).isTrue();
        assertThat(StreamLog.isJournal(Map.of("JOURNAL_STREAM", stream + "0"), file))
                .isFalse();
        assertThat(StreamLog.isJournal(Map.of(), file)).isFalse();
        assertThat(StreamLog.isJournal(Map.of("JOURNAL_STREAM", stream), directory.resolve("none")))
                .isFalse();
    }

    @Test
    void systemLogGetsOneDatagramForEachLine() throws IOException {
        Path socket = directory.resolve("log");
        SystemLog log = new SystemLog(socket, stream(false));
        try (DatagramReceiver receiver = new DatagramReceiver(socket.toString())) {
            log.write(Level.ERROR, "Part: first\nsecond");
            String pid = Long.toString(ProcessHandle.current().pid());
            assertThat(receiver.receive())
                    .matches("<27>[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d:\\d\\d culvert\\[" + pid
                            + "]: error: Part: first");
            assertThat(receiver.receive()).endsWith("]: error: second");
            log.write(Level.INFO, "x".repeat(2000));
            assertThat(receiver.receive()).startsWith("<30>").hasSize(1024);
            assertThat(written.size()).isZero();
        }
    }

    @Test
    void whatTheSystemLogDoesNotTakeGoesElsewhere() {
        new SystemLog(directory.resolve("missing"), stream(false)).write(Level.ERROR, "lost?");
        assertThat(written.toString(StandardCharsets.UTF_8)).endsWith(" culvert: error: lost?\n");
    }
}
