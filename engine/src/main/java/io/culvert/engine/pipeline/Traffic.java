// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** Counters of the traffic that a worker committed. */
public enum Traffic {
    /** Data messages sent, keepalives included. */
    SENT_PACKETS,
    /** Bytes of these messages, headers and tags included. */
    SENT_BYTES,
    /** Data messages received that were authentic and new, and whose inner packet was accepted. */
    RECEIVED_PACKETS,
    /** Bytes of these messages, headers and tags included. */
    RECEIVED_BYTES,
    /** Handshakes completed. */
    HANDSHAKES
}
