// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** What trains wait for. The waits of one train in 64 are measured. */
public enum QueueWait {
    /** An outbound train, for a worker that seals it. */
    SENT_CIPHER,
    /** An outbound train that is sealed, for those before it in the order and for the worker that sends. */
    SENT_COMMIT,
    /** An inbound train, for a worker that opens it. */
    RECEIVED_CIPHER,
    /** An inbound train that is opened, for those before it in the order and for the worker that delivers. */
    RECEIVED_COMMIT
}
