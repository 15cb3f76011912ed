// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.UdpPort;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A {@link DatagramTransport} as a UDP port. The device's lock orders the calls. */
record EmbeddedBind(DatagramTransport transport, InputSignal signal) implements Bind {
    @Override
    public UdpPort open(int port, int workers, int fwmark) throws IOException {
        int opened = transport.open(port, signal);
        if (opened < 1 || opened > 0xffff) {
            transport.close();
            throw new IOException("the transport opened port " + opened + ", which is not from 1 to 65,535");
        }
        return new Port(transport, opened, new AtomicBoolean());
    }

    @Override
    public void tryOut(int port, int fwmark) {
        // Only an attempt shows whether a transport can be opened.
    }

    /** The open transport, which has neither marks nor buffers that could overflow. */
    private record Port(DatagramTransport transport, int port, AtomicBoolean closed) implements UdpPort {
        @Override
        public void setFwmark(int fwmark) {
            // A tunnel of the library sets none.
        }

        @Override
        public long receiveLosses(int worker) {
            return 0;
        }

        @Override
        public long handshakeLosses() {
            return 0;
        }

        @Override
        public List<Shortfall> shortfalls() {
            return List.of();
        }

        @Override
        public boolean retry() {
            return false;
        }

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                transport.close();
            }
        }
    }
}
