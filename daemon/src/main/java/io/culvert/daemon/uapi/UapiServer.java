// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves the connections to a {@link UapiSocket}, each in its own virtual thread, so that a slow or idle client does
 * not delay the others.
 */
public final class UapiServer {
    /** Connections served at the same time; more wait in the socket's backlog. */
    private static final int CONNECTIONS = 1024;

    private static final long RETRY_NANOS = 100_000_000;

    private static final Logger LOGGER = System.getLogger(UapiServer.class.getName());

    private final UapiSocket socket;
    private final UapiTarget target;
    private final Semaphore free = new Semaphore(CONNECTIONS);

    /** Serves requests to {@code target} on {@code socket}, which the caller closes. */
    public UapiServer(UapiSocket socket, UapiTarget target) {
        this.socket = socket;
        this.target = target;
    }

    /** Starts a thread that accepts connections until the socket is closed. */
    public void start() {
        Thread.ofPlatform().daemon().name("uapi").start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                free.acquire();
                SocketChannel connection = socket.accept();
                Thread.ofVirtual().name("uapi-connection").start(() -> serve(connection));
            } catch (ClosedChannelException | InterruptedException e) {
                return;
            } catch (IOException e) {
                free.release();
                LOGGER.log(Level.ERROR, "cannot accept a UAPI connection: {0}", e.getMessage());
                // The process may be out of file descriptors, which an immediate retry does not fix.
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            UapiConnection.serve(connection, target);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "UAPI connection failed: {0}", e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            // What failed within a change of the device has ended it. A request that takes too much memory has not.
            LOGGER.log(Level.ERROR, "internal error in UAPI request processing, connection closed", e);
        } finally {
            free.release();
        }
    }
}
