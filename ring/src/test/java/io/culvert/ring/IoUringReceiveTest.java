package io.culvert.ring;

import static io.culvert.natives.generated.linux_h.AF_INET;
import static io.culvert.natives.generated.linux_h.ENOBUFS;
import static io.culvert.natives.generated.linux_h.MSG_DONTWAIT;
import static io.culvert.natives.generated.linux_h.SOCK_DGRAM;
import static io.culvert.natives.generated.linux_h.SOL_UDP;
import static io.culvert.natives.generated.linux_h.UDP_GRO;
import static io.culvert.natives.generated.linux_h.UDP_SEGMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.cmsghdr;
import io.culvert.natives.generated.io_uring_recvmsg_out;
import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.generated.sockaddr_in;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Datagrams on loopback, in groups both ways, as the UDP ports of the engine send and receive them. */
class IoUringReceiveTest {
    private static final int NAME = (int) sockaddr_in.sizeof();
    // CMSG_SPACE(sizeof(int)): a header, an int and its padding.
    private static final int CONTROL = (int) cmsghdr.sizeof() + 8;
    private static final int GROUP = 3;
    private static final int RECEIVE = 1;
    private static final int SEND = 2;

    private final long memory = Memory.allocate(1 << 16, 64);
    private final long message = memory;
    private final long peer = memory + 128;
    private final long vector = memory + 192;
    private final long control = memory + 256;
    private final long payload = memory + 1024;
    private IoUring ring;
    private BufferRing buffers;
    private int receiver;
    private int sender;
    private int lastResult;
    private int lastBuffer;
    private boolean armed;
    private int received;

    @BeforeEach
    void open() throws ErrnoException {
        assumeTrue(IoUring.isSupported(), IoUring.whyNot());
        ring = new IoUring(16, 64);
        buffers = new BufferRing(ring, GROUP, 2, 4096);
        receiver = Linux.socket(AF_INET, SOCK_DGRAM, 0);
        sender = Linux.socket(AF_INET, SOCK_DGRAM, 0);
        Linux.setsockopt(receiver, SOL_UDP, UDP_GRO, 1);
        sockaddr_in.sin_family(peer, (short) AF_INET);
        Memory.putIntBE(sockaddr_in.sin_addr(peer), 0x7f000001);
        Linux.bind(receiver, peer, NAME);
        Linux.getsockname(receiver, peer, NAME);
        msghdr.msg_namelen(message, NAME);
        msghdr.msg_controllen(message, CONTROL);
        arm();
    }

    @AfterEach
    void close() throws ErrnoException {
        if (ring != null) {
            ring.close();
            buffers.close();
            Linux.close(receiver);
            Linux.close(sender);
        }
        Memory.free(memory);
    }

    private void arm() {
        assertThat(ring.submissions().prepRecvmsgMultishot(receiver, 0, message, GROUP, RECEIVE))
                .isTrue();
        ring.submit();
        armed = true;
    }

    private void send(int bytes, int segment) {
        long header = memory + 512;
        iovec.iov_base(vector, payload);
        iovec.iov_len(vector, bytes);
        cmsghdr.cmsg_len(control, cmsghdr.sizeof() + 2);
        cmsghdr.cmsg_level(control, SOL_UDP);
        cmsghdr.cmsg_type(control, UDP_SEGMENT);
        Memory.putShort(control + cmsghdr.sizeof(), (short) segment);
        msghdr.msg_name(header, peer);
        msghdr.msg_namelen(header, NAME);
        msghdr.msg_iov(header, vector);
        msghdr.msg_iovlen(header, 1);
        msghdr.msg_control(header, control);
        msghdr.msg_controllen(header, CONTROL);
        assertThat(ring.submissions().prepSendmsg(sender, 0, header, MSG_DONTWAIT, SEND))
                .isTrue();
    }

    private void await(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            ring.enter(1, 2_000_000_000L);
            assertThat(ring.reap(this::onCompletion)).isPositive();
        }
    }

    private void onCompletion(long userData, int result, int flags) {
        if (userData == SEND) {
            assertThat(result).isPositive();
            return;
        }
        if (result >= 0) {
            received++;
            lastBuffer = CompletionHandler.buffer(flags);
        }
        lastResult = result;
        armed = CompletionHandler.hasMore(flags);
    }

    @Test
    void aGroupOfDatagramsArrivesAsOneWithItsSegmentSize() {
        for (int i = 0; i < 3000; i++) {
            Memory.putByte(payload + i, (byte) i);
        }
        send(3000, 1400);
        await(() -> received == 1);
        long out = buffers.address(lastBuffer);
        int headers = (int) io_uring_recvmsg_out.sizeof() + NAME + CONTROL;
        assertThat(lastResult).isEqualTo(headers + 3000);
        assertThat(io_uring_recvmsg_out.payloadlen(out)).isEqualTo(3000);
        assertThat(io_uring_recvmsg_out.namelen(out)).isEqualTo(NAME);
        long name = out + io_uring_recvmsg_out.sizeof();
        assertThat(sockaddr_in.sin_family(name)).isEqualTo((short) AF_INET);
        assertThat(Memory.getIntBE(sockaddr_in.sin_addr(name))).isEqualTo(0x7f000001);
        long cmsg = name + NAME;
        assertThat(cmsghdr.cmsg_level(cmsg)).isEqualTo(SOL_UDP);
        assertThat(cmsghdr.cmsg_type(cmsg)).isEqualTo(UDP_GRO);
        assertThat(Memory.getInt(cmsg + cmsghdr.sizeof())).isEqualTo(1400);
        for (int i = 0; i < 3000; i++) {
            assertThat(Memory.getByte(out + headers + i)).isEqualTo((byte) i);
        }
        assertThat(armed).isTrue();
    }

    @Test
    void withoutBuffersReceivingEndsAndStartsAgain() {
        // Some kernels end it when they have used the last buffer, some when they want one more.
        while (armed) {
            int before = received;
            send(100, 100);
            await(() -> received > before || !armed);
        }
        assertThat(lastResult).isEqualTo(-ENOBUFS);
        assertThat(received).isEqualTo(2);

        send(100, 100);
        buffers.give(0);
        buffers.publish();
        arm();
        await(() -> received == 3);
        assertThat(lastBuffer).isZero();
        assertThat(io_uring_recvmsg_out.payloadlen(buffers.address(0))).isEqualTo(100);
    }
}
