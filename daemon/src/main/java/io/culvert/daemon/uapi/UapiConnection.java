// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static io.culvert.natives.generated.linux_h.E2BIG;
import static io.culvert.natives.generated.linux_h.EADDRINUSE;
import static io.culvert.natives.generated.linux_h.EINVAL;
import static io.culvert.natives.generated.linux_h.EIO;
import static io.culvert.natives.generated.linux_h.ENOSPC;
import static io.culvert.natives.generated.linux_h.EPROTO;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.InsufficientMemoryException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.nio.channels.ByteChannel;

/**
 * One UAPI connection. It carries any number of {@code get=1} and {@code set=1} requests, each ended by an empty line,
 * and is closed by the client or by a request that is neither. Beyond the cross-platform protocol {@code
 * culvert_status=1} answers the device's metrics, for {@code culvert status}; other programs close the connection then.
 *
 * <p>{@code wg} negates the errno of a {@code set} before it prints the error, so a {@code set} answers negative
 * numbers. It does not negate that of a {@code get}, so a {@code get} answers positive ones.
 */
final class UapiConnection {
    /** Largest request, in bytes: ten times as large as one with 130,560 allowed IPs. */
    private static final long LARGEST_REQUEST = 64L << 20;

    private static final int INPUT_BYTES = 4 * 1024;
    private static final int OUTPUT_BYTES = 32 * 1024;

    private static final Logger LOGGER = System.getLogger(UapiConnection.class.getName());

    private final UapiReader in;
    private final UapiWriter out;
    private final UapiTarget target;
    // A line or a request exceeded its limit and was not read to its end, so the connection cannot be used further.
    private boolean oversized;

    private UapiConnection(ByteChannel channel, UapiTarget target, Arena arena) {
        in = new UapiReader(channel, arena.allocate(INPUT_BYTES).asByteBuffer());
        out = new UapiWriter(channel, arena.allocate(OUTPUT_BYTES).asByteBuffer());
        this.target = target;
    }

    /** Serves requests in the calling thread; returns when the connection is to be closed. */
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
        if (in.is(UapiClient.STATUS)) {
            status();
            return true;
        }
        if (in.is("set=1")) {
            out.finish(-set());
            return !oversized;
        }
        return false;
    }

    private void get() throws IOException {
        if (!endsHere()) {
            out.finish(EINVAL);
            return;
        }
        try (DeviceSnapshot snapshot = target.snapshot()) {
            out.write(snapshot);
        }
        out.finish(0);
    }

    private void status() throws IOException {
        if (!endsHere()) {
            out.finish(EINVAL);
            return;
        }
        out.write(target.status());
        out.finish(0);
    }

    /** Reads the request to its end; whether it had no further lines. */
    private boolean endsHere() throws IOException {
        boolean empty = true;
        while (!in.isTooLong() && in.next() && in.length() > 0) {
            empty = false;
        }
        return empty;
    }

    /**
     * Reads the whole request even after an error, since the client reads the answer only after it has written all of
     * it. A stream that ends before the empty line is one whose client died: what it wanted further is not known, so
     * nothing is changed. Reading stops at the size limits.
     */
    private int set() throws IOException {
        UapiException error = null;
        try (UapiParser parser = new UapiParser(target.memory())) {
            long bytes = 0;
            while (!oversized && isInside()) {
                bytes += in.length() + 1L;
                oversized = in.isTooLong() || bytes > LARGEST_REQUEST;
                if (error == null) {
                    error = take(parser, bytes);
                }
            }
            if (error == null) {
                apply(parser);
            }
        } catch (UapiException e) {
            error = error == null ? e : error;
        }
        if (error == null) {
            return 0;
        }
        LOGGER.log(Level.ERROR, "UAPI set request rejected, nothing changed: {0}", error.getMessage());
        return error.errno();
    }

    /** Reads the next line; {@code false} if it is the empty one, which ends the request. */
    private boolean isInside() throws IOException, UapiException {
        if (!in.next()) {
            throw new UapiException(EPROTO, "the stream ended before the empty line that ends a request");
        }
        return in.length() > 0;
    }

    /** Parses the line that was read last; returns the error, or {@code null}. */
    private UapiException take(UapiParser parser, long bytes) {
        int line = parser.lines() + 1;
        if (in.isTooLong()) {
            return new UapiException(EPROTO, "line " + line + ": longer than " + UapiReader.LINE_BYTES + " bytes");
        }
        if (!in.isComplete()) {
            return new UapiException(EPROTO, "line " + line + ": the stream ended before a newline");
        }
        if (bytes > LARGEST_REQUEST) {
            return new UapiException(E2BIG, "request longer than " + LARGEST_REQUEST + " bytes");
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
        } catch (InsufficientMemoryException e) {
            throw new UapiException(ENOSPC, e.getMessage());
        } catch (IOException e) {
            throw new UapiException(EIO, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new UapiException(EINVAL, e.getMessage());
        }
    }
}
