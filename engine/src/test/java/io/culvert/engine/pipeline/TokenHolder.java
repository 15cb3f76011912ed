// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** Lets a test choose the worker that commits a peer's trains. */
public final class TokenHolder {
    private TokenHolder() {}

    /**
     * Has {@code worker} hold the token of the outbound trains of the peer with an inner IPv4 address, until the end of
     * its next duty cycle.
     */
    public static void hold(Worker worker, int inner) {
        worker.commits().finished(worker.context.allowedIps().lookup4(inner).transmitQueue());
    }
}
