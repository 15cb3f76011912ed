// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.daemon.unix.SocketFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.util.concurrent.TimeUnit;

/**
 * Serves a process's metrics at an address. What is taken, or refused by the system, is tried again after 100 ms to 2 s
 * until it can be had: tunnels start without their metrics. Thread-safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LAST_RETRY_MILLIS = 2000;

    private static final Logger LOG = System.getLogger(MetricsEndpoint.class.getName());

    private final MetricsAddress address;
    private final Answers answers;
    // Guarded by this.
    private AutoCloseable server;
    private boolean closed;

    private MetricsEndpoint(MetricsAddress address, ProcessReport report) {
        this.address = address;
        answers = new Answers(report);
    }

    /** Begins to serve, now or as soon as the address can be had. */
    public static MetricsEndpoint open(MetricsAddress address, ProcessReport report) {
        MetricsEndpoint endpoint = new MetricsEndpoint(address, report);
        try {
            endpoint.tryOpen();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "no metrics at {0} yet, they are tried again: {1}", address, reason(e));
            Thread.ofPlatform().daemon().name("metrics-retry").start(endpoint::retry);
        }
        return endpoint;
    }

    private static String reason(IOException e) {
        return e instanceof BindException ? "cannot listen: " + e.getMessage() : SocketFile.reason(e);
    }

    private synchronized void tryOpen() throws IOException {
        if (!closed) {
            server = switch (address) {
                case MetricsAddress.Tcp tcp -> new MetricsServer(tcp.address(), answers);
                case MetricsAddress.Unix unix -> new UnixMetricsServer(unix.file(), answers, UnixMetricsServer.LIMIT);
            };
            LOG.log(Level.INFO, "serving metrics at {0}", address);
        }
    }

    private void retry() {
        long pause = FIRST_RETRY_MILLIS;
        while (true) {
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
                if (isOver()) {
                    return;
                }
                tryOpen();
                LOG.log(Level.WARNING, "metrics are served at {0} from now on", address);
                return;
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "still no metrics at {0}: {1}", address, reason(e));
                pause = Math.min(2 * pause, LAST_RETRY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private synchronized boolean isOver() {
        return closed;
    }

    /** Stops serving; requests in progress have one second to complete. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (server != null) {
                server.close();
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, "cannot close the metrics at {0}: {1}", address, e.getMessage());
        }
    }
}
