package io.culvert.engine.pipeline;

/** What passed between the peers at home on a worker and their other ends. */
public enum Traffic {
    /** Data messages sent, keepalives included. */
    SENT_PACKETS,
    /** Their bytes, headers and tags included. */
    SENT_BYTES,
    /** Data messages that were authentic and new, and whose inner packet was accepted. */
    RECEIVED_PACKETS,
    /** Their bytes, headers and tags included. */
    RECEIVED_BYTES,
    /** Handshakes that gave a session. */
    HANDSHAKES
}
