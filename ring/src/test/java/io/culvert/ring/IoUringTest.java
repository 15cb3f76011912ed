// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IOSQE_FIXED_FILE;
import static io.culvert.natives.generated.linux_h.EBADF;
import static io.culvert.natives.generated.linux_h.ECANCELED;
import static io.culvert.natives.generated.linux_h.ENOMEM;
import static io.culvert.natives.generated.linux_h.ENOSYS;
import static io.culvert.natives.generated.linux_h.EPERM;
import static io.culvert.natives.generated.linux_h.ETIME;
import static io.culvert.natives.generated.linux_h.POLLIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.Memory;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A real ring, in each mode that the kernel supports. */
@ParameterizedClass
@EnumSource(IoUringMode.class)
class IoUringTest {
    private record Completion(long userData, int result, int flags) {
        boolean hasMore() {
            return CompletionHandler.hasMore(flags);
        }
    }

    private final IoUringMode mode;
    private final CallState state = new CallState();
    private final List<Completion> seen = new ArrayList<>();
    private final List<Integer> descriptors = new ArrayList<>();
    private final long memory = Memory.allocate(4096, 64);
    private IoUring ring;
    private SubmissionQueue submissions;

    IoUringTest(IoUringMode mode) {
        this.mode = mode;
    }

    @BeforeEach
    void makeRing() throws ErrnoException {
        IoUring.unavailableReason().ifPresent(Assumptions::abort);
        ring = new IoUring(8, 16, mode);
        submissions = ring.submissions();
        assumeTrue(ring.mode() == mode, "the kernel does not support this mode");
    }

    @AfterEach
    void close() throws ErrnoException {
        if (ring != null) {
            ring.close();
        }
        for (int fd : descriptors) {
            Linux.close(fd);
        }
        Memory.free(memory);
    }

    /** Waits for {@code count} results and returns all that were reaped. */
    private List<Completion> await(int count) {
        seen.clear();
        while (seen.size() < count) {
            assertThat(ring.enter(count - seen.size(), 2_000_000_000L)).isNotEqualTo(-ETIME);
            ring.reap((userData, result, flags) -> seen.add(new Completion(userData, result, flags)));
        }
        return seen;
    }

    private int eventfd() throws ErrnoException {
        int eventfd = Linux.eventfd();
        descriptors.add(eventfd);
        return eventfd;
    }

    private void write(int fd, long value) {
        Memory.putLong(memory + 4000, value);
        assertThat(Linux.write(state, fd, memory + 4000, 8)).isEqualTo(8);
    }

    @Test
    void operationsCompleteWithTheirUserData() {
        for (int i = 0; i < 8; i++) {
            assertThat(submissions.prepNop(UserData.of(3, i))).isTrue();
        }
        assertThat(ring.enter(8, Long.MAX_VALUE)).isEqualTo(8);
        assertThat(ring.isReady()).isTrue();
        assertThat(await(8)).extracting(Completion::userData).containsExactly(ids(3, 8));
        assertThat(seen).extracting(Completion::result).containsOnly(0);
        assertThat(ring.isReady()).isFalse();
        assertThat(ring.reap((u, r, f) -> {})).isZero();
    }

    @Test
    void fullSubmissionQueueRefusesUntilItIsSubmitted() {
        for (int i = 0; i < 8; i++) {
            assertThat(submissions.available()).isEqualTo(8 - i);
            assertThat(submissions.prepNop(i)).isTrue();
        }
        assertThat(submissions.available()).isZero();
        assertThat(submissions.prepNop(99)).isFalse();
        assertThat(ring.submit()).isEqualTo(8);
        assertThat(submissions.available()).isEqualTo(8);
        assertThat(submissions.prepNop(99)).isTrue();
        assertThat(await(9)).extracting(Completion::userData).endsWith(7L, 99L);
    }

    @Test
    void queuesWrapAround() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 5; i++) {
                assertThat(submissions.prepNop(UserData.of(round, i))).isTrue();
            }
            assertThat(await(5)).extracting(Completion::userData).containsExactly(ids(round, 5));
        }
    }

    @Test
    void resultsThatDoNotFitAreKept() {
        assertThat(ring.completionCapacity()).isEqualTo(16);
        for (int i = 0; i < 24; i++) {
            assertThat(submissions.prepNop(i)).isTrue();
            if (submissions.available() == 0) {
                assertThat(ring.submit()).isEqualTo(8);
            }
        }
        assertThat(ring.isReady()).isTrue();
        List<Completion> all = new ArrayList<>();
        while (all.size() < 24) {
            all.addAll(await(1));
        }
        assertThat(all).extracting(Completion::userData).doesNotHaveDuplicates().hasSize(24);
        assertThat(ring.isReady()).isFalse();
    }

    @Test
    void waitEndsAfterItsTimeLimit() {
        assertThat(ring.enter(1, 1_000_000)).isEqualTo(-ETIME);
        assertThat(ring.enter(0, 0)).isZero();
    }

    @Test
    void readsAndWritesMoveBytes() throws ErrnoException {
        int eventfd = eventfd();
        Memory.putLong(memory, 4711);
        assertThat(submissions.prepWrite(eventfd, 0, memory, 8, 1)).isTrue();
        assertThat(await(1).getFirst()).isEqualTo(new Completion(1, 8, 0));
        assertThat(submissions.prepRead(eventfd, 0, memory + 64, 64, 2)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(8);
        assertThat(Memory.getLong(memory + 64)).isEqualTo(4711);
        assertThat(submissions.prepWrite(999_999, 0, memory, 8, 3)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(-EBADF);
    }

    @Test
    void failedOperationDoesNotStopTheOthers() {
        assertThat(submissions.prepWrite(-1, 0, memory, 8, 1)).isTrue();
        assertThat(submissions.prepNop(2)).isTrue();
        assertThat(await(2)).extracting(Completion::userData).containsExactly(1L, 2L);
        assertThat(seen.getFirst().result()).isEqualTo(-EBADF);
    }

    @Test
    void registeredFilesAreAddressedByTheirSlot() throws ErrnoException {
        int eventfd = eventfd();
        ring.registerFiles(4);
        ring.updateFile(2, eventfd);
        write(eventfd, 1);
        assertThat(submissions.prepRead(2, IOSQE_FIXED_FILE, memory, 8, 1)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(8);
        ring.updateFile(2, -1);
        assertThat(submissions.prepRead(2, IOSQE_FIXED_FILE, memory, 8, 2)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(-EBADF);
        assertThatThrownBy(() -> ring.updateFile(4, eventfd)).isInstanceOf(ErrnoException.class);
    }

    @Test
    void multishotPollCompletesAtEachEvent() throws ErrnoException {
        int eventfd = eventfd();
        assertThat(submissions.prepPollMultishot(eventfd, 0, POLLIN, 5)).isTrue();
        ring.submit();
        assertThat(ring.isReady()).isFalse();
        for (int i = 0; i < 3; i++) {
            write(eventfd, 1);
            assertThat(ring.isReady()).isTrue();
            Completion woken = await(1).getFirst();
            assertThat(woken.result() & POLLIN).isEqualTo(POLLIN);
            assertThat(woken.hasMore()).isTrue();
            assertThat(Linux.read(state, eventfd, memory, 8)).isEqualTo(8);
        }
    }

    @Test
    void anotherThreadWakesTheRing() throws Exception {
        int eventfd = eventfd();
        assertThat(submissions.prepPollMultishot(eventfd, 0, POLLIN, 5)).isTrue();
        Thread waker = Thread.ofPlatform().start(() -> {
            CallState own = new CallState();
            long one = Memory.allocate(8, 8);
            Memory.putLong(one, 1);
            Linux.write(own, eventfd, one, 8);
            Memory.free(one);
        });
        assertThat(await(1).getFirst().userData()).isEqualTo(5);
        waker.join();
    }

    @Test
    void armedOperationsCanBeCancelled() throws ErrnoException {
        int eventfd = eventfd();
        assertThat(submissions.prepPollMultishot(eventfd, 0, POLLIN, 1)).isTrue();
        assertThat(submissions.prepPollMultishot(eventfd, 0, POLLIN, 1)).isTrue();
        assertThat(submissions.prepCancel(1, 2)).isTrue();
        assertThat(await(3))
                .filteredOn(c -> c.userData() == 1)
                .hasSize(2)
                .allMatch(c -> c.result() == -ECANCELED && !c.hasMore());
        assertThat(seen).filteredOn(c -> c.userData() == 2).allMatch(c -> c.result() == 2);
        assertThat(submissions.prepCancel(1, 3)).isTrue();
        assertThat(await(1).getFirst().result()).isZero();
    }

    @Test
    void closedRingTouchesNeitherMemoryNorFiles() throws ErrnoException {
        int eventfd = eventfd();
        Memory.putLong(memory, -1);
        assertThat(submissions.prepRead(eventfd, 0, memory, 8, 1)).isTrue();
        ring.submit();
        ring.close();
        write(eventfd, 5);
        // The counter still has its value: no operation took it after the close.
        assertThat(Linux.read(state, eventfd, memory + 64, 8)).isEqualTo(8);
        assertThat(Memory.getLong(memory)).isEqualTo(-1);
    }

    @Test
    void useAfterCloseThrows() {
        ring.close();
        ring.close();
        assertThatThrownBy(() -> submissions.prepNop(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.enter(0, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.reap((u, r, f) -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ring::isReady).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.registerFiles(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.updateFile(0, -1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void otherThreadsAreRefused() throws InterruptedException {
        List<Throwable> thrown = new ArrayList<>();
        Thread other = Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> thrown.add(e))
                .start(ring::submit);
        other.join();
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void throwingHandlerLosesOnlyItsOwnCompletion() {
        submissions.prepNop(1);
        submissions.prepNop(2);
        ring.enter(2, Long.MAX_VALUE);
        assertThatThrownBy(() -> ring.reap((u, r, f) -> {
                    throw new ArithmeticException();
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(await(1)).extracting(Completion::userData).containsExactly(2L);
    }

    @Test
    void refusalsAreExplained() {
        assertThat(IoUringSupport.explain(new ErrnoException("io_uring_setup", ENOSYS)))
                .startsWith("the kernel has no io_uring");
        assertThat(IoUringSupport.explain(new ErrnoException("io_uring_setup", EPERM)))
                .startsWith("io_uring is forbidden: ");
        assertThat(IoUringSupport.explain(new ErrnoException("io_uring_setup", ENOMEM)))
                .contains("ulimit -l");
        assertThat(IoUringSupport.explain(new ErrnoException("io_uring_setup", EBADF)))
                .contains("EBADF");
    }

    private static Long[] ids(int operation, int count) {
        Long[] ids = new Long[count];
        for (int i = 0; i < count; i++) {
            ids[i] = UserData.of(operation, i);
        }
        return ids;
    }
}
