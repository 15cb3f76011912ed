// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves the connections to a {@link UapiSocket}, each in a thread of its own, so that a slow or idle client does not
 * delay the others. When there are {@value #CONNECTIONS}, one that begins closes the one that has been silent for
 * longest, so that clients that do nothing lock nobody out.
 *
 * <p>The threads are platform threads: what virtual threads need to wait, the JDK makes at their first wait, and if
 * descriptors are missing then, no virtual thread can wait any more.
 */
public final class UapiServer {
    /** Connections served at the same time: each takes 36 KiB off the heap, and a thread. */
    static final int CONNECTIONS = 64;

    private static final long RETRY_NANOS = 100_000_000;

    private static final Logger LOGGER = System.getLogger(UapiServer.class.getName());

    private final UapiSocket socket;
    private final UapiTarget target;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<TimedChannel> open = ConcurrentHashMap.newKeySet();

    /** Serves requests to {@code target} on {@code socket}, which the caller closes. */
    public UapiServer(UapiSocket socket, UapiTarget target) {
        this.socket = socket;
        this.target = target;
    }

    /** Starts a thread that accepts connections until the socket is closed. */
    public void start() {
        Thread.ofPlatform().daemon().name("uapi").start(this::acceptAll);
    }

    private void acceptAll() {
        while (true) {
            try {
                accept();
            } catch (ClosedChannelException | InterruptedException e) {
                return;
            } catch (IOException | OutOfMemoryError e) {
                LOGGER.log(Level.ERROR, "cannot accept a UAPI connection: {0}", e.getMessage());
                // The process may be out of file descriptors or threads, which an immediate retry does not mend.
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void accept() throws IOException, InterruptedException {
        SocketChannel accepted = socket.accept();
        TimedChannel connection = new TimedChannel(accepted);
        boolean started = false;
        try {
            makeRoom();
            open.add(connection);
            Thread.ofPlatform().daemon().name("uapi-connection").start(() -> serve(connection));
            started = true;
        } finally {
            if (!started) {
                end(connection);
            }
        }
    }

    /** Takes a permit; if there is none, the connection that has been silent for longest has to give its own. */
    private void makeRoom() throws InterruptedException {
        while (!free.tryAcquire()) {
            open.stream().min(Comparator.comparingLong(TimedChannel::lastUse)).ifPresent(silent -> {
                LOGGER.log(Level.DEBUG, "a silent UAPI connection is closed for another");
                silent.close();
            });
            if (free.tryAcquire(1, TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    private void serve(TimedChannel connection) {
        try {
            UapiConnection.serve(connection, target);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "UAPI connection failed: {0}", e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            // What failed within a change of the device has ended it. A request that takes too much memory has not.
            LOGGER.log(Level.ERROR, "internal error in UAPI request processing, connection closed", e);
        } finally {
            end(connection);
        }
    }

    private void end(TimedChannel connection) {
        connection.close();
        if (open.remove(connection)) {
            free.release();
        }
    }
}
