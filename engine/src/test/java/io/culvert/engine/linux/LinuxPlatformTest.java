package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.LinuxPlatform.FastPath;
import io.culvert.engine.linux.LinuxPlatform.Options;
import io.culvert.natives.Memory;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinuxPlatformTest {
    @Test
    void everythingCanBeSwitchedOffAndSaysSo() throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            Map<Offload, Boolean> none =
                    Stream.of(Offload.values()).collect(Collectors.toMap(Function.identity(), offload -> false));
            LinuxPlatform platform = new LinuxPlatform(new Options("cv1", -1, 2, List.of(), Backend.PLAIN, none));
            assertThat(platform.fastPaths()).hasSize(1 + Offload.values().length);
            assertThat(platform.fastPaths())
                    .extracting(FastPath::whyNot)
                    .allSatisfy(why -> assertThat(why).startsWith("switched off"));
            assertThat(platform.fastPaths().getFirst())
                    .hasToString("io_uring: off (switched off; plain system calls serve)");
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
    void eachCanBeSwitchedOffAlone(Offload offload) throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            List<FastPath> usual = open(Map.of());
            List<FastPath> without = open(Map.of(offload, false));
            for (int i = 0; i < usual.size(); i++) {
                FastPath path = usual.get(i);
                boolean off = path.name().equals(offload.title());
                assertThat(without.get(i)).isEqualTo(off ? new FastPath(path.name(), "switched off") : path);
            }
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    private static List<FastPath> open(Map<Offload, Boolean> offloads) throws IOException {
        LinuxPlatform platform = new LinuxPlatform(new Options("cv1", -1, 1, List.of(), Backend.AUTO, offloads));
        platform.tun().close();
        return platform.fastPaths();
    }

    @Test
    void ioUringServesWhereItCanBeUsed() throws IOException {
        try (TestNamespace namespace = new TestNamespace()) {
            LinuxPlatform platform = new LinuxPlatform(new Options("cv1", 1));
            assertThat(platform.fastPaths().getFirst().whyNot())
                    .isEqualTo(IoUring.unavailableReason().orElse(null));
            try (WorkerIo io = platform.workerIo(0)) {
                assertThat(io).isInstanceOf(IoUring.unavailableReason().isEmpty() ? UringIo.class : PlainIo.class);
            }
            platform.tun().close();
            assertThat(namespace.name()).isNotEmpty();
        }
    }

    @Test
    void badNameIsAnErrorWithoutRoot() {
        assertThatThrownBy(() -> new LinuxPlatform(new Options("a/b", 1)))
                .isInstanceOf(IOException.class)
                .hasMessage("interface name \"a/b\" contains a slash, a colon, a percent sign or white space");
    }

    @Test
    void clocksGoOn() {
        SystemClock clock = new SystemClock();
        long before = clock.nanos();
        assertThat(clock.nanos()).isGreaterThanOrEqualTo(before).isPositive();
        assertThat(clock.wallSeconds())
                .isBetween(Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond());
        assertThat(clock.wallNanos()).isBetween(0, 999_999_999);
    }

    @Test
    void randomBytesFillWhatTheyShall() {
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
