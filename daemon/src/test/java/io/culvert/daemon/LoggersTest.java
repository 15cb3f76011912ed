// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.log.LogOutput;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggersTest {
    private final List<String> written = new ArrayList<>();
    private final LogOutput before = Loggers.output();

    @BeforeEach
    void collect() {
        Loggers.setOutput((level, message) -> {
            if (message.contains("Part: ")) {
                written.add(level + " " + message);
            }
        });
    }

    @AfterEach
    void restore() {
        Loggers.setOutput(before);
        Loggers.INTERFACE.remove();
    }

    private static System.Logger logger(LogLevel level) {
        return new Loggers.OutputLogger("io.culvert.Part", level);
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
    void messagesAreFilledAndNameTheirClass() {
        System.Logger logger = logger(LogLevel.ERROR);
        logger.log(Level.ERROR, "port {0} is {1}", 51820, "taken");
        logger.log(Level.WARNING, "a '{0}' that nothing fills");
        logger.log(Level.ERROR, "failed", new IOException("broken"));
        assertThat(written)
                .containsExactly(
                        "ERROR Part: port 51820 is taken",
                        "WARNING Part: a '{0}' that nothing fills",
                        "ERROR Part: failed: java.io.IOException: broken");
    }

    @Test
    void messagesOfThreadsOfAnInterfaceNameIt() throws InterruptedException {
        Loggers.INTERFACE.set("wg1");
        Thread thread = new Thread(() -> logger(LogLevel.ERROR).log(Level.ERROR, "failed"));
        thread.start();
        thread.join();
        assertThat(written).containsExactly("ERROR wg1: Part: failed");
    }

    @Test
    void stackTracesAreShownOnceTheyAreAskedFor() {
        logger(LogLevel.VERBOSE).log(Level.ERROR, "failed", new IOException("broken"));
        assertThat(written).hasSize(1);
        assertThat(written.getFirst()).contains("\tat ", "LoggersTest");
    }

    @Test
    void messagesBelowTheLevelAreNotWritten() {
        logger(LogLevel.ERROR).log(Level.INFO, "hidden");
        logger(LogLevel.ERROR).log(Level.DEBUG, "hidden");
        logger(LogLevel.SILENT).log(Level.ERROR, "hidden");
        logger(LogLevel.VERBOSE).log(Level.TRACE, "hidden");
        assertThat(written).isEmpty();
        logger(LogLevel.VERBOSE).log(Level.DEBUG, "shown");
        assertThat(written).hasSize(1);
    }
}
