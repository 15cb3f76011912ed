// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.WorkerIo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a run of messages is divided into sends. */
class MessagesPerSendTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1452, 1",
        "45, 1452, 45",
        "46, 1452, 23",
        "47, 1452, 24",
        "48, 1452, 24",
        "64, 1452, 32",
        "64, 1023, 32",
        "64, 1022, 64",
        "64, 32, 64",
        "64, 65467, 1",
    })
    void runsThatExceedOneSendAreDividedEqually(int run, int segment, int expected) {
        assertThat(SendPath.messagesPerSend(run, segment)).isEqualTo(expected);
    }

    @Test
    void everySendIsValid() {
        for (int segment = 32; segment < WorkerIo.MAX_SEGMENTED_BYTES; segment += 7) {
            for (int run = 1; run <= Train.MAX_PACKETS; run++) {
                int each = SendPath.messagesPerSend(run, segment);
                int sends = (run + each - 1) / each;
                assertThat(each).isBetween(1, WorkerIo.MAX_SEND_SEGMENTS);
                assertThat(each == 1 || each * segment <= WorkerIo.MAX_SEGMENTED_BYTES)
                        .isTrue();
                assertThat(run - (sends - 1) * each)
                        .as("the last send of %d", run)
                        .isGreaterThan(each - sends)
                        .isPositive();
            }
        }
    }
}
