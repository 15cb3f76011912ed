// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;

/** Gives a worker a datagram as its I/O does, for tests of other packages. */
public final class ReceivedDatagram {
    private ReceivedDatagram() {}

    /** On the worker's thread; parameters as in {@link io.culvert.engine.io.WorkerIo.Sink}. */
    public static void receive(Worker worker, int buffer, long address, int length, long limit, UdpEndpoint from) {
        worker.received(buffer, address, length, limit, length, from, 0);
    }
}
