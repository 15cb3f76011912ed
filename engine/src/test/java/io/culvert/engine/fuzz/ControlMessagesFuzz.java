// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.linux.udp.ReceivedMessage;
import io.culvert.natives.generated.linux_h;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Any address and control messages, as recvmmsg(2) may leave them, compared with a plain reading of cmsg(3). */
public final class ControlMessagesFuzz {
    private static final int CMSG = 16;

    private ControlMessagesFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        int flags = data.consumeInt();
        int length = data.consumeInt(0, 65_535);
        short family = data.pickValue(new short[] {linux_h.AF_INET, linux_h.AF_INET6, data.consumeShort()});
        ByteBuffer name = ByteBuffer.wrap(data.consumeBytes(ReceivedMessage.NAME_BYTES));
        if (name.capacity() >= 2) {
            name.order(ByteOrder.nativeOrder()).putShort(0, family);
        }
        byte[] control = control(data);
        ReceivedMessage message = new ReceivedMessage();
        try (Guarded nameMemory = new Guarded(ReceivedMessage.NAME_BYTES);
                Guarded controlMemory = new Guarded(control)) {
            io.culvert.natives.Memory.copy(name.array(), 0, nameMemory.address, name.capacity());
            boolean whole =
                    message.parse(nameMemory.address, name.capacity(), controlMemory.address, control.length, flags);
            boolean known = name.capacity() >= 2 && (family == linux_h.AF_INET || family == linux_h.AF_INET6);
            boolean truncated = (flags & (linux_h.MSG_TRUNC | linux_h.MSG_CTRUNC)) != 0;
            check(whole == (known && !truncated), "whole");
            if (whole) {
                compare(message, control, length);
            }
        }
    }

    /** Well-formed headers more often than chance would have them. */
    private static byte[] control(FuzzedDataProvider data) {
        ByteBuffer control = ByteBuffer.allocate(ReceivedMessage.CONTROL_BYTES).order(ByteOrder.nativeOrder());
        while (data.remainingBytes() > 0 && control.remaining() >= CMSG) {
            control.putLong(data.consumeBoolean() ? CMSG + data.consumeInt(0, 24) : data.consumeLong());
            int level =
                    data.pickValue(new int[] {linux_h.SOL_UDP, linux_h.SOL_IP, linux_h.SOL_IPV6, data.consumeInt()});
            int type = data.pickValue(new int[] {
                linux_h.UDP_GRO,
                linux_h.IP_PKTINFO,
                linux_h.IPV6_PKTINFO,
                linux_h.IP_TOS,
                linux_h.IPV6_TCLASS,
                data.consumeInt()
            });
            control.putInt(level).putInt(type);
            byte[] content = data.consumeBytes(Math.min(24, control.remaining()));
            control.put(content);
            control.position(Math.min(control.capacity(), control.position() + 7 & -8));
        }
        return java.util.Arrays.copyOf(control.array(), control.position());
    }

    private static void compare(ReceivedMessage message, byte[] control, int length) {
        ByteBuffer view = ByteBuffer.wrap(control).order(ByteOrder.nativeOrder());
        int segment = 0;
        int ecn = 0;
        int source = 0;
        long at = 0;
        while (control.length - at >= CMSG) {
            int header = (int) at;
            long size = view.getLong(header);
            if (size < CMSG || size > control.length - at) {
                break;
            }
            int level = view.getInt(header + 8);
            int type = view.getInt(header + 12);
            long bytes = size - CMSG;
            boolean ip = level == linux_h.SOL_IP;
            boolean ipv6 = level == linux_h.SOL_IPV6;
            if (level == linux_h.SOL_UDP && type == linux_h.UDP_GRO && bytes >= 4) {
                segment = view.getInt(header + CMSG);
            } else if (ip && type == linux_h.IP_PKTINFO && bytes >= 12) {
                source = view.getInt(header + CMSG);
            } else if (ipv6 && type == linux_h.IPV6_PKTINFO && bytes >= 20) {
                source = view.getInt(header + CMSG + 16);
            } else if ((ip && type == linux_h.IP_TOS || ipv6 && type == linux_h.IPV6_TCLASS) && bytes >= 1) {
                ecn = view.get(header + CMSG) & 3;
            }
            at += size + 7 & -8;
        }
        check(message.ecn() == ecn, "ECN");
        check(message.segment(length) == (segment > 0 && segment < length ? segment : length), "segment");
        check(message.from().sourceInterface() == source, "the interface of the source");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + " is not what the control messages say");
        }
    }
}
