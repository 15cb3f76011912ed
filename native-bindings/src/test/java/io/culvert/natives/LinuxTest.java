// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static io.culvert.natives.generated.linux_h.AF_INET;
import static io.culvert.natives.generated.linux_h.CLOCK_REALTIME;
import static io.culvert.natives.generated.linux_h.EAGAIN;
import static io.culvert.natives.generated.linux_h.EBADF;
import static io.culvert.natives.generated.linux_h.ENOENT;
import static io.culvert.natives.generated.linux_h.MSG_DONTWAIT;
import static io.culvert.natives.generated.linux_h.POLLIN;
import static io.culvert.natives.generated.linux_h.SOCK_DGRAM;
import static io.culvert.natives.generated.linux_h.SOL_SOCKET;
import static io.culvert.natives.generated.linux_h.SO_REUSEPORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.mmsghdr;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Errno;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.LibUring;
import io.culvert.natives.linux.Linux;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinuxTest {
    private final CallState state = new CallState();
    private final long memory = Memory.allocate(4096, 64);

    @AfterEach
    void free() {
        Memory.free(memory);
    }

    @Test
    void refusedControlCallNamesCallAndError() {
        assertThatThrownBy(() -> Linux.open("/does/not/exist", 0))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(ENOENT))
                .hasMessage("open /does/not/exist: No such file or directory (ENOENT)");
    }

    @Test
    void refusedDataCallReturnsTheNegativeError() throws ErrnoException {
        int eventfd = Linux.eventfd();
        assertThat(Linux.read(state, eventfd, memory, 8)).isEqualTo(-EAGAIN);
        Linux.close(eventfd);
        assertThat(Linux.write(state, -1, memory, 8)).isEqualTo(-EBADF);
        assertThat(Linux.read(state, -1, memory, 8)).isEqualTo(-EBADF);
    }

    @Test
    void unknownErrorsKeepTheirNumber() {
        assertThat(Errno.name(4095)).isEqualTo("4095");
        assertThat(Errno.text(4095)).contains("4095");
    }

    @Test
    void eventCounterWakesAPoll() throws ErrnoException {
        int eventfd = Linux.eventfd();
        pollfd.fd(memory, eventfd);
        pollfd.events(memory, (short) POLLIN);
        assertThat(Linux.poll(state, memory, 1, 0)).isZero();
        Memory.putLong(memory + 64, 3);
        assertThat(Linux.write(state, eventfd, memory + 64, 8)).isEqualTo(8);
        assertThat(Linux.poll(state, memory, 1, -1)).isEqualTo(1);
        assertThat(Linux.ppoll(state, memory, 1, 0)).isEqualTo(1);
        assertThat(pollfd.revents(memory)).isEqualTo((short) POLLIN);
        assertThat(Linux.read(state, eventfd, memory + 72, 8)).isEqualTo(8);
        assertThat(Memory.getLong(memory + 72)).isEqualTo(3);
        assertThat(Linux.read(state, eventfd, memory + 72, 8)).isEqualTo(-EAGAIN);
        Linux.close(eventfd);
    }

    @Test
    void datagramsPassBetweenSockets() throws ErrnoException {
        int receiver = Linux.socket(AF_INET, SOCK_DGRAM, 0);
        int sender = Linux.socket(AF_INET, SOCK_DGRAM, 0);
        bindToLoopback(receiver, memory);
        Linux.getsockname(receiver, memory, 16);
        Linux.connect(sender, memory, 16);
        byte[] text = "train".getBytes(StandardCharsets.US_ASCII);
        Memory.copy(text, 0, memory + 1024, text.length);
        message(memory, memory + 512, memory + 1024, text.length);
        assertThat(Linux.sendmsg(state, sender, memory, 0)).isEqualTo(text.length);
        assertThat(Linux.sendmmsg(state, sender, memory, 1, 0)).isEqualTo(1);

        long other = memory + mmsghdr.sizeof();
        message(memory, memory + 512, memory + 2048, 100);
        message(other, memory + 528, memory + 3072, 100);
        assertThat(Linux.recvmmsg(state, receiver, memory, 2, MSG_DONTWAIT)).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            assertThat(mmsghdr.msg_len(memory + i * mmsghdr.sizeof())).isEqualTo(text.length);
            byte[] received = new byte[text.length];
            Memory.copy(memory + 2048 + i * 1024L, received, 0, text.length);
            assertThat(received).isEqualTo(text);
        }
        assertThat(Linux.recvmmsg(state, receiver, memory, 2, MSG_DONTWAIT)).isEqualTo(-EAGAIN);
        Linux.close(sender);
        Linux.close(receiver);
    }

    @Test
    void socketHasOptionsAndAName() throws ErrnoException {
        int socket = Linux.socket(AF_INET, SOCK_DGRAM, 0);
        Linux.setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, 1);
        assertThat(Linux.getsockopt(socket, SOL_SOCKET, SO_REUSEPORT)).isEqualTo(1);
        bindToLoopback(socket, memory);
        assertThat(Linux.getsockname(socket, memory + 64, 64)).isEqualTo(16);
        assertThat(Memory.getIntBE(sockaddr_in.sin_addr(memory + 64))).isEqualTo(0x7f000001);
        assertThat(Memory.getShortBE(memory + 64 + sockaddr_in.sin_port$offset)).isPositive();
        Linux.connect(socket, memory + 64, 16);
        Linux.close(socket);
        assertThatThrownBy(() -> Linux.setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, 1))
                .hasMessageStartingWith("setsockopt: ")
                .hasMessageEndingWith("(EBADF)");
    }

    @Test
    void clocksAdvance() {
        long boot = Linux.bootNanos();
        assertThat(boot).isPositive();
        assertThat(Linux.bootNanos()).isGreaterThanOrEqualTo(boot);
        assertThat(Linux.clockNanos(CLOCK_REALTIME) / 1_000_000).isCloseTo(System.currentTimeMillis(), within(60_000L));
    }

    @Test
    void randomBytesFillTheirRangeOnly() throws ErrnoException {
        Linux.getrandom(memory, 256);
        boolean differ = false;
        for (int i = 8; i < 256; i += 8) {
            differ |= Memory.getLong(memory + i) != Memory.getLong(memory);
        }
        assertThat(differ).isTrue();
        assertThat(Memory.getLong(memory + 256)).isZero();
    }

    @Test
    void foreignMemoryIsDeclaredAndWithdrawn() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(4096, 64).address();
            assertThatThrownBy(() -> Memory.getInt(address)).isInstanceOf(IndexOutOfBoundsException.class);
            Memory.register(address, 4096);
            Memory.putIntRelease(address, 7);
            Memory.putInt(address + 4, 0xffff);
            assertThat(Memory.getIntAcquire(address)).isEqualTo(7);
            assertThat(Memory.getIntOpaque(address + 4)).isEqualTo(0xffff);
            Memory.unregister(address);
            assertThatThrownBy(() -> Memory.getInt(address)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void processCallsReportErrors() {
        assertThat(Linux.geteuid()).isNotNegative();
        assertThatThrownBy(() -> Linux.schedSetaffinity(1000)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> Linux.setns(-1, 0)).hasMessageContaining("EBADF");
    }

    @Test
    void libUringIsAvailableOrHasAReason() {
        assertThat(LibUring.isAvailable())
                .isEqualTo(LibUring.unavailableReason().isEmpty());
    }

    private static void bindToLoopback(int socket, long address) throws ErrnoException {
        sockaddr_in.sin_family(address, (short) AF_INET);
        Memory.putIntBE(sockaddr_in.sin_addr(address), 0x7f000001);
        Linux.bind(socket, address, (int) sockaddr_in.sizeof());
    }

    private static void vector(long address, long base, long length) {
        iovec.iov_base(address, base);
        iovec.iov_len(address, length);
    }

    private static void message(long header, long vectors, long base, long length) {
        Memory.zero(header, mmsghdr.sizeof());
        vector(vectors, base, length);
        msghdr.msg_iov(header, vectors);
        msghdr.msg_iovlen(header, 1);
    }
}
