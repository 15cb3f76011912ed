// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Locks between processes that run {@code up}, {@code down} and {@code reload}: bytes of one file, so that none is left
 * for each interface. A lock ends with its process. For one thread.
 */
final class StateLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private StateLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    private static FileChannel open() throws IOException {
        return FileChannel.open(
                TunnelState.directory().resolve("interfaces.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
    }

    /**
     * The lock of one interface.
     *
     * @throws IOException if another process has it
     */
    static StateLock of(String device) throws IOException {
        CRC32 hash = new CRC32();
        hash.update(device.getBytes(StandardCharsets.UTF_8));
        FileChannel channel = open();
        FileLock lock = channel.tryLock(1 + hash.getValue(), 1, false);
        if (lock == null) {
            channel.close();
            throw new IOException("another process is setting up or ending " + device);
        }
        return new StateLock(channel, lock);
    }

    /** The lock of what interfaces share, such as numbers of tables and rules. Waits for it. */
    static StateLock ofAll() throws IOException {
        FileChannel channel = open();
        return new StateLock(channel, channel.lock(0, 1, false));
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
