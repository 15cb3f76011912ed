// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;

/**
 * Detects that the kernel segments super-packets in front of the TUN: a run of long packets of one flow and of equal
 * length, of TCP or of a UDP tunnel. A run of other datagrams says nothing, since a socket may have sent each of them.
 * Confined to one thread.
 */
public final class SoftwareSegmentation {
    /** The packets of a run. Less than the segments of a super-packet that exceeds the TUN's segment limit. */
    static final int RUN = 32;
    /** The minimum length of a long packet, virtio-net header included. */
    private static final int LONG_BYTES = 600;

    private int flow;
    private int length;
    private int count;

    /** A detector without history. */
    public SoftwareSegmentation() {}

    /**
     * Adds a packet from the TUN; returns whether it completes a run.
     *
     * @param vnetHeader address of its virtio-net header
     * @param bytes of header and packet
     * @param packetFlow its {@code FlowHash}
     */
    public boolean add(long vnetHeader, int bytes, int packetFlow) {
        if (bytes < LONG_BYTES || VirtioNetHeader.gsoType(vnetHeader) != VirtioNetHeader.GSO_NONE) {
            count = 0;
            return false;
        }
        if (packetFlow != flow || bytes != length) {
            flow = packetFlow;
            length = bytes;
            count = isSegmented(vnetHeader + WorkerIo.VNET_HEADER_BYTES) ? 1 : 0;
        } else if (count > 0) {
            count++;
        }
        return count == RUN;
    }

    private static boolean isSegmented(long packet) {
        return IpPacket.protocol(packet) == IpPacket.TCP || IpPacket.isUdpTunnel(packet);
    }
}
