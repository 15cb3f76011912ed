// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.natives.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A UAPI connection that reads and sets a configuration, secrets included, which stay off the heap. For one thread. */
public final class UapiConfigClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final String ERRNO = "errno=";

    private final Arena arena = Arena.ofConfined();
    private final SocketChannel channel;
    private final UapiReader in;
    private final UapiRequestWriter out;
    private final Path socket;

    private UapiConfigClient(Path socket, SocketChannel channel) {
        this.socket = socket;
        this.channel = channel;
        in = new UapiReader(channel, arena.allocate(BUFFER_BYTES).asByteBuffer());
        out = new UapiRequestWriter(channel, arena.allocate(BUFFER_BYTES).asByteBuffer());
    }

    /**
     * Connects to the socket of an interface.
     *
     * @throws IOException if no process listens on it
     */
    public static UapiConfigClient connect(Path socket) throws IOException {
        return new UapiConfigClient(socket, SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    /**
     * The interface's configuration, as the update that makes it from nothing. The caller closes it.
     *
     * @throws IOException if the answer is an error or not understood
     */
    public DeviceUpdate configuration() throws IOException {
        out.request("get=1");
        try (UapiParser parser = new UapiParser(MemoryBudget.ofHeap())) {
            readAnswer(parser);
            return parser.finish();
        } catch (UapiException e) {
            throw new IOException(socket + " answered what is not understood: " + e.getMessage(), e);
        } finally {
            in.wipe();
        }
    }

    /**
     * Configures the interface. The caller keeps ownership of the update.
     *
     * @throws ErrnoException if it is refused; then nothing has changed, and the daemon's log has the reason
     */
    public void configure(DeviceUpdate update) throws IOException {
        out.request(update);
        try (UapiParser none = new UapiParser(MemoryBudget.ofHeap())) {
            readAnswer(none);
        } catch (UapiException e) {
            throw new IOException(socket + " answered what is not understood: " + e.getMessage(), e);
        } finally {
            in.wipe();
        }
    }

    /** Gives the lines of an answer whose keys a request has, too, to a parser. */
    private void readAnswer(UapiParser parser) throws IOException, UapiException {
        long errno = -1;
        while (in.next() && in.length() > 0) {
            if (in.startsWith(ERRNO)) {
                errno = in.number(ERRNO.length());
            } else if (isOfRequests()) {
                parser.accept(in.line(), in.length());
            }
        }
        if (errno != 0) {
            throw errno < 0
                    ? new IOException(socket + " ended the connection without an answer")
                    : new ErrnoException(socket.toString(), (int) errno);
        }
    }

    private boolean isOfRequests() {
        int equals = 0;
        while (equals < in.length() && in.line().get(equals) != '=') {
            equals++;
        }
        return !in.isTooLong() && UapiKey.of(in.line(), equals) != null;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(UapiConfigClient.class.getName()).log(System.Logger.Level.DEBUG, "closing " + socket, e);
        } finally {
            arena.close();
        }
    }
}
