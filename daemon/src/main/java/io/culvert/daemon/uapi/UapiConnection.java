package io.culvert.daemon.uapi;

import static io.culvert.natives.generated.linux_h.E2BIG;
import static io.culvert.natives.generated.linux_h.EADDRINUSE;
import static io.culvert.natives.generated.linux_h.EINVAL;
import static io.culvert.natives.generated.linux_h.EIO;
import static io.culvert.natives.generated.linux_h.EPROTO;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.nio.channels.ByteChannel;

/**
 * One UAPI connection: any number of {@code get=1} and {@code set=1} requests, each ended by an empty line, until the
 * other side closes or sends something else.
 *
 * <p>{@code wg} negates what a {@code set} answers before it prints it, so errors of a {@code set} are answered as
 * negative numbers; it reads those of a {@code get} as they are, so they are positive.
 */
final class UapiConnection {
    /** Bytes of one request: over ten times what 130,560 allowed IPs take. */
    private static final long LARGEST_REQUEST = 64L << 20;

    private static final int BUFFER_BYTES = 16 * 1024;

    private static final Logger LOGGER = System.getLogger(UapiConnection.class.getName());

    private final UapiReader in;
    private final UapiWriter out;
    private final UapiTarget target;
    // A line or a request was so long that its end is not waited for; the connection is of no use then.
    private boolean endless;

    private UapiConnection(ByteChannel channel, UapiTarget target, Arena arena) {
        in = new UapiReader(channel, arena.allocate(BUFFER_BYTES).asByteBuffer());
        out = new UapiWriter(channel, arena.allocate(BUFFER_BYTES).asByteBuffer());
        this.target = target;
    }

    /** Serves until the connection is to be closed, by the calling thread. */
    static void serve(ByteChannel channel, UapiTarget target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            new UapiConnection(channel, target, arena).serve();
        }
    }

    private void serve() throws IOException {
        boolean open = true;
        while (open && in.next()) {
            try {
                open = request();
            } finally {
                in.wipe();
            }
        }
    }

    private boolean request() throws IOException {
        if (in.is("get=1")) {
            get();
            return true;
        }
        if (in.is("set=1")) {
            out.finish(-set());
            return !endless;
        }
        return false;
    }

    private void get() throws IOException {
        boolean empty = true;
        while (!in.isTooLong() && in.next() && in.length() > 0) {
            empty = false;
        }
        if (!empty) {
            out.finish(EINVAL);
            return;
        }
        try (DeviceSnapshot snapshot = target.snapshot()) {
            out.write(snapshot);
        }
        out.finish(0);
    }

    /**
     * Reads the whole request, also when it is bad already, since the other side reads the answer only when it wrote all.
     * Its end may be the end of the stream, as long as the last line is whole. What has no end in sight is not read on.
     */
    private int set() throws IOException {
        UapiException error = null;
        try (UapiParser parser = new UapiParser()) {
            long bytes = 0;
            while (!endless && in.next() && in.length() > 0) {
                bytes += in.length() + 1L;
                endless = in.isTooLong() || bytes > LARGEST_REQUEST;
                if (error == null) {
                    error = take(parser, bytes);
                }
            }
            if (error == null) {
                apply(parser);
            }
        } catch (UapiException e) {
            error = e;
        }
        if (error == null) {
            return 0;
        }
        LOGGER.log(Level.ERROR, "configuration refused: {0}", error.getMessage());
        return error.errno();
    }

    private UapiException take(UapiParser parser, long bytes) {
        if (in.isTooLong()) {
            return new UapiException(EPROTO, "a line is too long");
        }
        if (!in.isComplete()) {
            return new UapiException(EPROTO, "the last line is cut off");
        }
        if (bytes > LARGEST_REQUEST) {
            return new UapiException(E2BIG, "more than " + LARGEST_REQUEST + " bytes");
        }
        try {
            parser.accept(in.line(), in.length());
            return null;
        } catch (UapiException e) {
            return e;
        }
    }

    private void apply(UapiParser parser) throws UapiException {
        try (DeviceUpdate update = parser.finish()) {
            target.apply(update);
        } catch (BindException e) {
            throw new UapiException(EADDRINUSE, e.getMessage());
        } catch (IOException e) {
            throw new UapiException(EIO, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new UapiException(EINVAL, e.getMessage());
        }
    }
}
