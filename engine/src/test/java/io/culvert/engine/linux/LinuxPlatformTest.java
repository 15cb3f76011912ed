// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.LinuxPlatform.Options;
import io.culvert.natives.Memory;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinuxPlatformTest {
    @Test
    void allOffloadsAndIoUringCanBeSwitchedOff() throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            Map<Offload, Boolean> none =
                    Stream.of(Offload.values()).collect(Collectors.toMap(Function.identity(), offload -> false));
            LinuxPlatform platform = new LinuxPlatform(new Options("cv1", -1, 2, List.of(), Backend.PLAIN, none));
            assertThat(platform.ioUringUnavailableReason()).contains("switched off");
            assertThat(platform.backend()).isEqualTo(Backend.PLAIN);
            assertThat(platform.offloads()).extracting(OffloadState::offload).containsExactly(Offload.values());
            assertThat(platform.offloads())
                    .extracting(OffloadState::unavailableReason)
                    .containsOnly(Optional.of("switched off"));
            assertThat(platform.offloads().getFirst()).hasToString("TUN TCP segmentation (TSO): off (switched off)");
            assertThat(platform.tun().queues()).isEqualTo(2);
            try (WorkerIo io = platform.workerIo(1)) {
                assertThat(io).isInstanceOf(PlainIo.class);
                assertThat(io.groKinds()).isZero();
            }
            assertThat(namespace.output("-d link show cv1")).doesNotContain("gso_max_segs 45 ");
            platform.tun().close();
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachOffloadCanBeSwitchedOffAlone(Offload offload) throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            OffloadState off = new OffloadState(offload, Optional.of("switched off"));
            List<OffloadState> expected = open(Map.of()).stream()
                    .map(state -> state.offload() == offload ? off : state)
                    .toList();
            assertThat(open(Map.of(offload, false))).isEqualTo(expected);
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    private static List<OffloadState> open(Map<Offload, Boolean> offloads) throws IOException {
        LinuxPlatform platform = new LinuxPlatform(new Options("cv1", -1, 1, List.of(), Backend.AUTO, offloads));
        platform.tun().close();
        return platform.offloads();
    }

    @Test
    void ioUringIsUsedIfAvailable() throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            LinuxPlatform platform = new LinuxPlatform(new Options("cv1", 1));
            assertThat(platform.ioUringUnavailableReason()).isEqualTo(IoUring.unavailableReason());
            try (WorkerIo io = platform.workerIo(0)) {
                assertThat(io).isInstanceOf(IoUring.unavailableReason().isEmpty() ? UringIo.class : PlainIo.class);
            }
            platform.tun().close();
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    /** By proc(5): field 19 of stat is the niceness, field 41 the policy, of which 3 is SCHED_BATCH. */
    @Test
    void handshakeThreadsAreScheduledBehindTheWorkers() throws IOException, InterruptedException {
        try (TestNamespace namespace = new TestNamespace()) {
            LinuxPlatform platform = new LinuxPlatform(new Options("cv1", 1));
            String[][] stats = new String[2][];
            Thread thread = Thread.ofPlatform().start(() -> {
                stats[0] = stat();
                platform.scheduleForHandshakes();
                stats[1] = stat();
            });
            thread.join();
            assertThat(Integer.parseInt(stats[1][16])).isEqualTo(Math.min(19, Integer.parseInt(stats[0][16]) + 10));
            assertThat(stats[1][38]).isEqualTo("3");
            platform.tun().close();
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    /** The fields from the third on, which follows the name in parentheses. */
    private static String[] stat() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void invalidInterfaceNameIsRejectedBeforeAnythingIsOpened() {
        assertThatThrownBy(() -> new LinuxPlatform(new Options("a/b", 1)))
                .isInstanceOf(IOException.class)
                .hasMessage("interface name \"a/b\" contains a slash, a colon, a percent sign or white space");
    }

    @Test
    void clocksAdvance() {
        SystemClock clock = new SystemClock();
        long before = clock.nanos();
        assertThat(clock.nanos()).isGreaterThanOrEqualTo(before).isPositive();
        assertThat(clock.wallSeconds())
                .isBetween(Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond());
        assertThat(clock.wallNanos()).isBetween(0, 999_999_999);
    }

    @Test
    void randomBytesFillExactlyTheGivenRange() {
        SystemRandom random = new SystemRandom();
        byte[] array = new byte[64];
        random.fill(array);
        random.fill(new byte[0]);
        assertThat(array).isNotEqualTo(new byte[64]);
        long memory = Memory.allocate(64, 8);
        random.fill(memory, 56);
        assertThat(Memory.getLong(memory + 48)).isNotZero();
        assertThat(Memory.getLong(memory + 56)).isZero();
        Memory.free(memory);
        assertThat(random.nextInt() | random.nextInt() | random.nextInt()).isNotZero();
    }
}
