// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packets that follow each other in a flow of TCP or UDP, so that they can be coalesced. */
final class Flow {
    private Flow() {}

    /** The first packet of a flow, with valid checksums. */
    static byte[] first(boolean ipv6, boolean tcp, byte[] from, byte[] to, byte[] payload) {
        int ip = ipv6 ? 40 : 20;
        ByteBuffer packet = ByteBuffer.allocate(ip + (tcp ? 20 : 8) + payload.length);
        if (ipv6) {
            packet.putInt(0x6000_0000).putShort((short) (packet.capacity() - 40));
            packet.put((byte) (tcp ? 6 : 17)).put((byte) 64);
        } else {
            packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0x1234_0000);
            packet.put((byte) 64).put((byte) (tcp ? 6 : 17)).putShort((short) 0);
        }
        packet.put(from).put(to).putShort((short) 1000).putShort((short) 2000);
        if (tcp) {
            packet.putInt(1)
                    .putInt(1)
                    .putShort((short) 0x5010)
                    .putShort((short) 512)
                    .putInt(0);
        } else {
            packet.putShort((short) (8 + payload.length)).putShort((short) 0);
        }
        packet.put(payload);
        NaiveIp.complete(packet.array(), ip, tcp ? 6 : 17);
        return packet.array();
    }

    /**
     * The packet after {@code last}, if that is one of TCP or UDP; else {@code last} again.
     *
     * @param payload its bytes; -1 for as many
     */
    static byte[] next(byte[] last, int payload, boolean push) {
        byte[] whole = NaiveIp.trimmed(last);
        int ip = whole != null && NaiveIp.isIpv4(whole) ? 20 : 40;
        if (whole == null || whole.length < ip + 20 || ip == 20 && whole[0] != 0x45) {
            return last;
        }
        boolean tcp = whole[ip == 20 ? 9 : 6] == 6;
        int header = ip + (tcp ? whole[ip + 12] >>> 2 & 0x3c : 8);
        if (header > whole.length || header < ip + (tcp ? 20 : 8)) {
            return last;
        }
        int bytes = whole.length - header;
        byte[] packet = Arrays.copyOf(whole, header + (payload < 0 ? bytes : payload));
        ByteBuffer view = ByteBuffer.wrap(packet);
        if (ip == 20) {
            view.putShort(2, (short) packet.length).putShort(4, (short) (view.getShort(4) + 1));
        } else {
            view.putShort(4, (short) (packet.length - 40));
        }
        if (tcp) {
            view.putInt(ip + 4, view.getInt(ip + 4) + bytes);
            packet[ip + 13] |= (byte) (push ? 8 : 0);
        } else {
            view.putShort(ip + 4, (short) (packet.length - ip));
        }
        if (packet.length >= ip + (tcp ? 18 : 8)) {
            NaiveIp.complete(packet, ip, tcp ? 6 : 17);
        }
        return packet;
    }
}
