// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** Where packets travel together, and how many do is counted. */
public enum Batch {
    /** Packets of one read from the TUN: more than one in a super-packet. */
    TUN_READ,
    /** Packets of one outbound train. */
    SENT_TRAIN,
    /** Packets of one inbound train. */
    RECEIVED_TRAIN,
    /** Datagrams of one UDP receive: more than one if the kernel coalesced them. */
    UDP_RECEIVE,
    /** Datagrams of one UDP send. */
    UDP_SEND
}
