// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/** A connection that knows when it was used last. Any thread; one at a time reads, and one writes. */
final class TimedChannel implements ByteChannel {
    private static final Logger LOGGER = System.getLogger(TimedChannel.class.getName());

    private final SocketChannel channel;
    /** Written by the thread that serves the connection, read by the one that accepts others. Volatile. */
    private volatile long lastUse = System.nanoTime();

    /** A connection, used now. */
    TimedChannel(SocketChannel channel) {
        this.channel = channel;
    }

    /** When bytes last passed, in {@link System#nanoTime}. */
    long lastUse() {
        return lastUse;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int bytes = channel.read(target);
        lastUse = System.nanoTime();
        return bytes;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes = channel.write(source);
        lastUse = System.nanoTime();
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "a UAPI connection cannot be closed: {0}", e.getMessage());
        }
    }
}
