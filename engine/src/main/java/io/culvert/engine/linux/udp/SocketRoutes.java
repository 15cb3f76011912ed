// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.natives.linux.ErrnoException;
import java.util.ArrayList;
import java.util.List;

/** The routes of a port's datagrams: their changes, and a query for each worker. In the sockets' network namespace. */
final class SocketRoutes implements AutoCloseable {
    private final List<RouteQuery> queries = new ArrayList<>();
    private final RouteMonitor monitor;

    /** Opens its sockets on the thread, and so in the namespace, on which the port was opened. */
    SocketRoutes(int port, int workers) throws ErrnoException {
        try {
            for (int i = 0; i < workers; i++) {
                queries.add(new RouteQuery(port));
            }
            monitor = new RouteMonitor();
        } catch (ErrnoException e) {
            queries.forEach(RouteQuery::close);
            throw e;
        }
    }

    /** See {@link RouteMonitor#generation}. Any thread. */
    int generation() {
        return monitor.generation();
    }

    /** See {@link RouteQuery#isRouted} and {@link RouteMonitor#check}. The worker's thread. */
    boolean isRouted(int worker, UdpEndpoint to, int mark) {
        monitor.check();
        return queries.get(worker).isRouted(to, mark);
    }

    /** No worker uses it any more. */
    @Override
    public void close() {
        monitor.close();
        queries.forEach(RouteQuery::close);
    }
}
