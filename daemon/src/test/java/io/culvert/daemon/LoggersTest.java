// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggersTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private System.Logger logger(LogLevel level) {
        return new Loggers.StderrLogger("io.culvert.Part", level, new PrintStream(written, true));
    }

    @ParameterizedTest
    @CsvSource({
        "verbose, VERBOSE",
        "debug, VERBOSE",
        "info, INFO",
        "error, ERROR",
        "silent, SILENT",
        "'', ERROR",
        "other, ERROR"
    })
    void readsTheEnvironment(String value, LogLevel level) {
        assertThat(LogLevel.of(Map.of("LOG_LEVEL", value))).isEqualTo(level);
        assertThat(LogLevel.of(Map.of())).isEqualTo(LogLevel.ERROR);
    }

    @Test
    void writesOneLineForEachMessage() {
        System.Logger logger = logger(LogLevel.ERROR);
        logger.log(Level.ERROR, "port {0} is {1}", 51820, "taken");
        logger.log(Level.WARNING, "a '{0}' that nothing fills");
        logger.log(Level.ERROR, "failed", new IOException("broken"));
        assertThat(written.toString(StandardCharsets.UTF_8))
                .isEqualTo("culvert: error: Part: port 51820 is taken\n"
                        + "culvert: warning: Part: a '{0}' that nothing fills\n"
                        + "culvert: error: Part: failed: java.io.IOException: broken\n");
    }

    @Test
    void messagesBelowTheLevelAreNotWritten() {
        logger(LogLevel.ERROR).log(Level.INFO, "hidden");
        logger(LogLevel.ERROR).log(Level.DEBUG, "hidden");
        logger(LogLevel.SILENT).log(Level.ERROR, "hidden");
        logger(LogLevel.VERBOSE).log(Level.TRACE, "hidden");
        assertThat(written.size()).isZero();
        logger(LogLevel.VERBOSE).log(Level.DEBUG, "shown");
        assertThat(written.size()).isPositive();
    }
}
