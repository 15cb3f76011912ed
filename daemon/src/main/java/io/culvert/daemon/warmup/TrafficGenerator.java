// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends many kinds of traffic through a pair of devices, as fast as possible: TCP streams in both directions with
 * writes of all sizes, and bursts of datagrams of different lengths. C2 prunes branches that it has not seen taken, so
 * all kinds run at the same time; for a quarter of the time datagrams run alone, since the data path delivers them
 * differently then.
 *
 * <p>Created and closed by one thread. The threads of the generator share only channels and {@code received}, which are
 * thread-safe.
 */
final class TrafficGenerator implements AutoCloseable {
    private static final Logger LOG = System.getLogger(TrafficGenerator.class.getName());
    /** Lowest priority, so that the compilers, which the warm-up waits for, run first. */
    private static final int NICE = 19;

    private static final int STREAMS = 4;
    private static final int PORT = 1;
    private static final int CONNECT_MILLIS = 2000;
    private static final int BUFFER_BYTES = 65_536;
    private static final int LONGEST_DATAGRAM = 1361;
    /** Above the MTU: fragments have a complete checksum, as forwarded packets have, instead of one to be offloaded. */
    private static final int FRAGMENTED_DATAGRAM = 2000;

    private static final int LONGEST_BURST = 150;
    private static final long PAUSE_NANOS = 300_000;
    /** Streams pause for one of four periods of 2^26 ns, which is 67 ms. */
    private static final int PERIOD_SHIFT = 26;

    private final LongAdder[] received = {new LongAdder(), new LongAdder()};
    private final List<AutoCloseable> channels = new ArrayList<>();

    /** The work of one thread, which ends when its channels are closed. */
    private interface Work {
        void run() throws IOException;
    }

    /**
     * Connects the channels and starts the threads.
     *
     * @throws IOException if the pair carries no traffic
     */
    TrafficGenerator(DevicePair pair) throws IOException {
        try {
            ServerSocketChannel server = register(pair.far()
                    .call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(DevicePair.FAR, PORT))));
            for (int i = 0; i < STREAMS; i++) {
                SocketChannel near = register(pair.near().call(SocketChannel::open));
                near.socket().connect(new InetSocketAddress(DevicePair.FAR, PORT), CONNECT_MILLIS);
                SocketChannel far = register(server.accept());
                SocketChannel from = i % 2 == 0 ? near : far;
                SocketChannel to = i % 2 == 0 ? far : near;
                start(() -> write(from));
                LongAdder count = received[i % 2];
                start(() -> read(to, count));
            }
            DatagramChannel near = register(pair.near()
                    .call(() -> DatagramChannel.open().bind(new InetSocketAddress(DevicePair.NEAR, PORT))));
            DatagramChannel far = register(pair.far()
                    .call(() -> DatagramChannel.open().bind(new InetSocketAddress(DevicePair.FAR, PORT))));
            near.connect(far.getLocalAddress()).configureBlocking(false);
            far.connect(near.getLocalAddress()).configureBlocking(false);
            start(() -> datagrams(near, far));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Kilobytes that the TCP streams have carried so far, from near to far or back. */
    long kilobytes(boolean back) {
        return received[back ? 1 : 0].sum() / 1000;
    }

    private <T extends AutoCloseable> T register(T channel) {
        channels.add(channel);
        return channel;
    }

    private void start(Work work) {
        Thread.ofPlatform().name("warmup-traffic").daemon().start(() -> {
            try {
                Linux.nice(NICE);
                work.run();
            } catch (ClosedChannelException e) {
                // The generator was closed.
            } catch (IOException | RuntimeException | Error e) {
                // Without this traffic the daemon is only slower in its first seconds.
                LOG.log(Level.DEBUG, "warm-up traffic", e);
            }
        });
    }

    private static void write(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        // Steps of a prime, so that all sizes occur in a mixed order.
        for (int i = 0; ; i += 7919) {
            buffer.clear().limit(1 + Math.floorMod(i, BUFFER_BYTES));
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            while ((System.nanoTime() >>> PERIOD_SHIFT & 3) == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private static void read(SocketChannel channel, LongAdder count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (int bytes = 0; bytes >= 0; bytes = channel.read(buffer.clear())) {
            count.add(bytes);
        }
    }

    private static void datagrams(DatagramChannel near, DatagramChannel far) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(FRAGMENTED_DATAGRAM);
        for (int i = 0; ; i++) {
            DatagramChannel from = i % 2 == 0 ? near : far;
            int longest = i % 8 == 1 ? FRAGMENTED_DATAGRAM : LONGEST_DATAGRAM;
            for (int left = i % LONGEST_BURST; left > 0; left--) {
                buffer.clear().limit(i % 3 == 0 ? left * 5 : longest);
                from.write(buffer);
            }
            drain(near, buffer);
            drain(far, buffer);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void drain(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        while (channel.read(buffer.clear()) > 0) {
            // The content is not checked.
        }
    }

    /** Closes the channels, upon which the threads end. */
    @Override
    public void close() {
        for (AutoCloseable channel : channels) {
            try {
                channel.close();
            } catch (Exception e) {
                LOG.log(Level.DEBUG, "warm-up traffic", e);
            }
        }
    }
}
