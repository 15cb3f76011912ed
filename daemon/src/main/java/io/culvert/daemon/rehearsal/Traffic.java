package io.culvert.daemon.rehearsal;

import io.culvert.natives.Linux;
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
 * Traffic of many kinds between a pair's networks, as much as goes through: TCP streams both ways, with writes of all sizes, and
 * bursts of datagrams, short and long, odd and even. C2 leaves out what it has not seen, so all of it runs at once, but for a
 * quarter of the time datagrams run alone, as they are handed over in another way then.
 *
 * <p>Made, closed and owned by one thread; its own threads share nothing but channels and {@code received}, which is safe for all.
 */
final class Traffic implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Traffic.class.getName());
    /** The compilers come first, as it is they who are waited for. */
    private static final int NICE = 19;

    private static final int STREAMS = 4;
    private static final int PORT = 1;
    private static final int CONNECT_MILLIS = 2000;
    private static final int BUFFER_BYTES = 65_536;
    private static final int LONGEST_DATAGRAM = 1361;
    /** More than a packet takes: fragments have no checksum that is left to complete, nor have packets that are forwarded. */
    private static final int FRAGMENTED_DATAGRAM = 2000;

    private static final int LONGEST_BURST = 150;
    private static final long PAUSE_NANOS = 300_000;
    /** Of each four times 2^26 ns, which is 67 ms, streams are silent once. */
    private static final int TURN_SHIFT = 26;

    private final LongAdder[] received = {new LongAdder(), new LongAdder()};
    private final List<AutoCloseable> channels = new ArrayList<>();

    /** One of its threads' work, which ends when its channels are closed. */
    private interface Work {
        void run() throws IOException;
    }

    /**
     * Begins.
     *
     * @throws IOException when nothing goes through the pair
     */
    Traffic(DevicePair pair) throws IOException {
        try {
            ServerSocketChannel server = kept(pair.far()
                    .call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(DevicePair.FAR, PORT))));
            for (int i = 0; i < STREAMS; i++) {
                SocketChannel near = kept(pair.near().call(SocketChannel::open));
                near.socket().connect(new InetSocketAddress(DevicePair.FAR, PORT), CONNECT_MILLIS);
                SocketChannel far = kept(server.accept());
                SocketChannel from = i % 2 == 0 ? near : far;
                SocketChannel to = i % 2 == 0 ? far : near;
                start(() -> write(from));
                LongAdder count = received[i % 2];
                start(() -> read(to, count));
            }
            DatagramChannel near = kept(pair.near()
                    .call(() -> DatagramChannel.open().bind(new InetSocketAddress(DevicePair.NEAR, PORT))));
            DatagramChannel far = kept(pair.far()
                    .call(() -> DatagramChannel.open().bind(new InetSocketAddress(DevicePair.FAR, PORT))));
            near.connect(far.getLocalAddress()).configureBlocking(false);
            far.connect(near.getLocalAddress()).configureBlocking(false);
            start(() -> datagrams(near, far));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Kilobytes that streams have carried so far, from near to far or back. */
    long kilobytes(boolean back) {
        return received[back ? 1 : 0].sum() / 1000;
    }

    private <T extends AutoCloseable> T kept(T channel) {
        channels.add(channel);
        return channel;
    }

    private void start(Work work) {
        Thread.ofPlatform().name("rehearsal-traffic").daemon().start(() -> {
            try {
                Linux.nice(NICE);
                work.run();
            } catch (ClosedChannelException e) {
                // The end.
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "rehearsal", e);
            }
        });
    }

    private static void write(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        // A prime, so that all sizes come, in no order.
        for (int i = 0; ; i += 7919) {
            buffer.clear().limit(1 + Math.floorMod(i, BUFFER_BYTES));
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            while ((System.nanoTime() >>> TURN_SHIFT & 3) == 0) {
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
            // What came does not matter.
        }
    }

    /** Ends it; its threads end by themselves when they notice. */
    @Override
    public void close() {
        for (AutoCloseable channel : channels) {
            try {
                channel.close();
            } catch (Exception e) {
                LOG.log(Level.DEBUG, "rehearsal", e);
            }
        }
    }
}
