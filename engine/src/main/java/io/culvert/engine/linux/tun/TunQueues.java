// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

/** What the workers' I/O needs of a TUN: descriptors that carry packets behind virtio-net headers. Any thread. */
public interface TunQueues {
    /** The descriptor of a queue, which does not block. */
    int descriptor(int queue);

    /** The kernel segments super-packets in front of the TUN, which the segment limit may cause. */
    void softwareSegmentation();
}
