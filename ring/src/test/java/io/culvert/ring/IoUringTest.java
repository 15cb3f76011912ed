package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_OP_READ_MULTISHOT;
import static io.culvert.natives.generated.liburing_h.IOSQE_FIXED_FILE;
import static io.culvert.natives.generated.linux_h.EBADF;
import static io.culvert.natives.generated.linux_h.ECANCELED;
import static io.culvert.natives.generated.linux_h.ENOBUFS;
import static io.culvert.natives.generated.linux_h.ENOMEM;
import static io.culvert.natives.generated.linux_h.ENOSYS;
import static io.culvert.natives.generated.linux_h.EPERM;
import static io.culvert.natives.generated.linux_h.ETIME;
import static io.culvert.natives.generated.linux_h.O_NONBLOCK;
import static io.culvert.natives.generated.linux_h.POLLIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.CallState;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A real ring, in each mode that the kernel has. */
@ParameterizedClass
@EnumSource(IoUringMode.class)
class IoUringTest {
    private record Completion(long userData, int result, int flags) {
        boolean hasMore() {
            return CompletionHandler.hasMore(flags);
        }

        int buffer() {
            return CompletionHandler.buffer(flags);
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
        assumeTrue(IoUring.isSupported(), IoUring.whyNot());
        ring = new IoUring(8, 16, mode);
        submissions = ring.submissions();
        assumeTrue(ring.mode() == mode, "the kernel does not have this mode");
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

    /** Waits for {@code count} results and returns all there are. */
    private List<Completion> await(int count) {
        seen.clear();
        while (seen.size() < count) {
            assertThat(ring.enter(count - seen.size(), 2_000_000_000L)).isNotEqualTo(-ETIME);
            ring.reap((userData, result, flags) -> seen.add(new Completion(userData, result, flags)));
        }
        return seen;
    }

    private int[] pipe() throws ErrnoException {
        int[] pipe = Linux.pipe(O_NONBLOCK);
        descriptors.add(pipe[0]);
        descriptors.add(pipe[1]);
        return pipe;
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
    void aFullSubmissionQueueRefusesUntilItIsSubmitted() {
        for (int i = 0; i < submissions.capacity(); i++) {
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
    void theQueuesWrapAround() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 5; i++) {
                assertThat(submissions.prepNop(UserData.of(round, i))).isTrue();
            }
            assertThat(await(5)).extracting(Completion::userData).containsExactly(ids(round, 5));
        }
        assertThat(ring.overflows()).isZero();
    }

    @Test
    void resultsThatDoNotFitAreKeptAndCounted() {
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
        assertThat(ring.overflows()).isEqualTo(1);
        assertThat(ring.lost()).isZero();
        assertThat(ring.isReady()).isFalse();
    }

    @Test
    void waitingEndsWhenTheTimeIsOver() {
        assertThat(ring.enter(1, 1_000_000)).isEqualTo(-ETIME);
        assertThat(ring.enter(0, 0)).isZero();
    }

    @Test
    void readsAndWritesPassThroughAPipe() throws ErrnoException {
        int[] pipe = pipe();
        Memory.putLong(memory, 4711);
        assertThat(submissions.prepWrite(pipe[1], 0, memory, 8, 1)).isTrue();
        assertThat(await(1).getFirst()).isEqualTo(new Completion(1, 8, 0));
        assertThat(submissions.prepRead(pipe[0], 0, memory + 64, 64, 2)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(8);
        assertThat(Memory.getLong(memory + 64)).isEqualTo(4711);
        assertThat(submissions.prepWrite(999_999, 0, memory, 8, 3)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(-EBADF);
    }

    @Test
    void aBadOperationDoesNotHoldUpTheOthers() {
        assertThat(submissions.prepMsgRing(-1, 0, 0, 0, 1)).isTrue();
        assertThat(submissions.prepNop(2)).isTrue();
        assertThat(await(2)).extracting(Completion::userData).containsExactly(1L, 2L);
        assertThat(seen.getFirst().result()).isEqualTo(-EBADF);
    }

    @Test
    void registeredFilesAreNamedByTheirSlot() throws ErrnoException {
        int[] pipe = pipe();
        ring.registerFiles(4);
        ring.updateFile(2, pipe[0]);
        write(pipe[1], 1);
        assertThat(submissions.prepRead(2, IOSQE_FIXED_FILE, memory, 8, 1)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(8);
        ring.updateFile(2, -1);
        assertThat(submissions.prepRead(2, IOSQE_FIXED_FILE, memory, 8, 2)).isTrue();
        assertThat(await(1).getFirst().result()).isEqualTo(-EBADF);
        assertThatThrownBy(() -> ring.updateFile(4, pipe[0])).isInstanceOf(ErrnoException.class);
    }

    @Test
    void aMultishotReadFillsBuffersUntilThereAreNone() throws ErrnoException {
        assumeTrue(ring.supports(IORING_OP_READ_MULTISHOT), "multishot reads came with Linux 6.7");
        int[] pipe = pipe();
        try (BufferRing buffers = new BufferRing(ring, 7, 2, 64)) {
            assertThat(submissions.prepReadMultishot(pipe[0], 0, 7, 1)).isTrue();
            ring.submit();
            write(pipe[1], 10);
            Completion first = await(1).getFirst();
            assertThat(first.result()).isEqualTo(8);
            assertThat(first.hasMore()).isTrue();
            assertThat(Memory.getLong(buffers.address(first.buffer()))).isEqualTo(10);
            write(pipe[1], 11);
            Completion second = await(1).getFirst();
            assertThat(second.buffer()).isNotEqualTo(first.buffer()).isBetween(0, 1);
            // Which of the two kernels end it with: some say so with the last buffer, some when one more is wanted.
            write(pipe[1], 12);
            Completion last = second.hasMore() ? await(1).getFirst() : second;
            assertThat(last.hasMore()).isFalse();
            assertThat(last.result()).isEqualTo(-ENOBUFS);
            assertThat(last.buffer()).isEqualTo(-1);

            buffers.give(second.buffer());
            buffers.publish();
            assertThat(submissions.prepReadMultishot(pipe[0], 0, 7, 2)).isTrue();
            Completion again = await(1).getFirst();
            assertThat(again.userData()).isEqualTo(2);
            assertThat(Memory.getLong(buffers.address(again.buffer()))).isEqualTo(12);
            ring.close();
        }
    }

    @Test
    void aBufferRingWrapsAroundWithAnyCount() throws ErrnoException {
        int[] pipe = pipe();
        try (BufferRing buffers = new BufferRing(ring, 0, 3, 100)) {
            for (int i = 0; i < 20; i++) {
                write(pipe[1], i);
                assertThat(submissions.prepReadSelect(pipe[0], 0, 0, i)).isTrue();
                Completion done = await(1).getFirst();
                assertThat(done.buffer()).isEqualTo(i % 3);
                assertThat(Memory.getLong(buffers.address(done.buffer()))).isEqualTo(i);
                buffers.give(done.buffer());
                buffers.publish();
            }
        }
    }

    @Test
    void aMultishotPollSeesAnEventCounterAgainAndAgain() throws ErrnoException {
        int eventfd = Linux.eventfd();
        descriptors.add(eventfd);
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
        int eventfd = Linux.eventfd();
        descriptors.add(eventfd);
        assertThat(submissions.prepPoll(eventfd, 0, POLLIN, 5)).isTrue();
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
    void aMessageGoesFromRingToRing() throws ErrnoException {
        try (IoUring other = new IoUring(8, 16, mode)) {
            assertThat(submissions.prepMsgRing(other.fd(), 0, 42, 43, 1)).isTrue();
            assertThat(await(1).getFirst().result()).isZero();
            assertThat(other.enter(1, Long.MAX_VALUE)).isZero();
            assertThat(other.reap((u, r, f) -> seen.add(new Completion(u, r, f))))
                    .isEqualTo(1);
            assertThat(seen.getLast()).isEqualTo(new Completion(43, 42, 0));
        }
    }

    @Test
    void whatIsArmedCanBeCancelled() throws ErrnoException {
        int[] pipe = pipe();
        assertThat(submissions.prepPollMultishot(pipe[0], 0, POLLIN, 1)).isTrue();
        assertThat(submissions.prepPoll(pipe[0], 0, POLLIN, 1)).isTrue();
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
    void afterCloseTheKernelTouchesNothing() throws ErrnoException {
        int[] pipe = pipe();
        Memory.putLong(memory, -1);
        assertThat(submissions.prepRead(pipe[0], 0, memory, 8, 1)).isTrue();
        ring.submit();
        ring.close();
        write(pipe[1], 5);
        // The bytes are still in the pipe: nothing that was armed took them.
        assertThat(Linux.read(state, pipe[0], memory + 64, 8)).isEqualTo(8);
        assertThat(Memory.getLong(memory)).isEqualTo(-1);
    }

    @Test
    void useAfterCloseIsAnErrorAndNoCrash() throws ErrnoException {
        BufferRing buffers = new BufferRing(ring, 1, 4, 64);
        ring.close();
        ring.close();
        assertThatThrownBy(() -> submissions.prepNop(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.enter(0, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.reap((u, r, f) -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ring::isReady).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ring::fd).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.registerFiles(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new BufferRing(ring, 2, 4, 64)).isInstanceOf(IllegalStateException.class);
        buffers.close();
        buffers.close();
        assertThatThrownBy(() -> buffers.give(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(buffers::publish).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherThreadIsRefused() throws InterruptedException {
        List<Throwable> thrown = new ArrayList<>();
        Thread other = Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> thrown.add(e))
                .start(ring::submit);
        other.join();
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aHandlerThatThrowsLosesOnlyItsOwnCompletion() {
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
