// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/** What datagrams belong to that were given to {@link WorkerIo#send}. */
@FunctionalInterface
public interface SendOwner {
    /**
     * The system refused datagrams, so they are lost. Called on the worker's thread, before the end of the flush that
     * follows the send.
     *
     * @param datagrams their number
     * @param bytes their payloads together
     */
    void onRefused(int datagrams, int bytes);
}
