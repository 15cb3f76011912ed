// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Datagrams with numbers, 200 a second in one direction. Two threads: one sends and one receives. Each datagram that
 * does not arrive counts for the phase in which it was sent.
 */
final class DatagramFlow implements AutoCloseable {
    private static final int PORT = 7000;
    private static final long INTERVAL_NANOS = 5_000_000;
    private static final int LEAST_BYTES = Long.BYTES;
    private static final int SIZES = 1200;
    private static final int FIRST_CAPACITY = 1 << 16;

    private final DatagramChannel sender;
    private final DatagramChannel receiver;
    private final InetSocketAddress to;
    private final Phase phase;
    private final Thread sending;
    private final Thread receiving;

    // Guarded by this object's monitor.
    private byte[] phases = new byte[FIRST_CAPACITY];
    private int sent;
    private final BitSet arrived = new BitSet();
    private final long[] refused = new long[Phase.count()];
    private long duplicates;
    private long damaged;

    /**
     * What became of the datagrams.
     *
     * @param lost by phase, of those that the host took
     * @param refused by phase, for want of an interface, a route or room
     */
    record Outcome(long sent, long arrived, long duplicates, long damaged, long[] lost, long[] refused) {}

    private DatagramFlow(DatagramChannel sender, DatagramChannel receiver, InetSocketAddress to, Phase phase) {
        this.sender = sender;
        this.receiver = receiver;
        this.to = to;
        this.phase = phase;
        sending = Thread.ofPlatform().daemon().name("soak-send").start(this::send);
        receiving = Thread.ofPlatform().daemon().name("soak-receive").start(this::receive);
    }

    static DatagramFlow start(NetworkNamespace from, NetworkNamespace to, String address, Phase phase)
            throws IOException, InterruptedException {
        DatagramChannel receiver = to.call(() -> DatagramChannel.open().bind(new InetSocketAddress(PORT)));
        return new DatagramFlow(
                from.call(DatagramChannel::open), receiver, new InetSocketAddress(address, PORT), phase);
    }

    /** A datagram's length and content follow from its number. */
    private static ByteBuffer datagram(int number) {
        ByteBuffer bytes = ByteBuffer.allocate(LEAST_BYTES + number % SIZES);
        bytes.putLong(number);
        while (bytes.hasRemaining()) {
            bytes.put((byte) (number + bytes.position()));
        }
        return bytes.flip();
    }

    private void send() {
        long due = System.nanoTime();
        while (sender.isOpen()) {
            due += INTERVAL_NANOS;
            LockSupport.parkNanos(due - System.nanoTime());
            int number = take();
            try {
                sender.send(datagram(number), to);
            } catch (ClosedChannelException e) {
                giveBack(number);
                return;
            } catch (IOException e) {
                giveBack(number);
            }
        }
    }

    private synchronized int take() {
        if (sent == phases.length) {
            phases = Arrays.copyOf(phases, 2 * sent);
        }
        phases[sent] = (byte) phase.get();
        return sent++;
    }

    /** The host refused it: the number is used for the next one. */
    private synchronized void giveBack(int number) {
        refused[phases[number]]++;
        sent = number;
    }

    private void receive() {
        ByteBuffer buffer = ByteBuffer.allocate(LEAST_BYTES + SIZES + 1);
        while (receiver.isOpen()) {
            buffer.clear();
            try {
                receiver.receive(buffer);
                accept(buffer.flip());
            } catch (IOException e) {
                return;
            }
        }
    }

    private synchronized void accept(ByteBuffer bytes) {
        long number = bytes.remaining() < LEAST_BYTES ? -1 : bytes.getLong(0);
        if (number < 0 || number >= sent || !bytes.equals(datagram((int) number))) {
            damaged++;
        } else if (arrived.get((int) number)) {
            duplicates++;
        } else {
            arrived.set((int) number);
        }
    }

    synchronized Outcome outcome() {
        long[] lost = new long[Phase.count()];
        for (int number = arrived.nextClearBit(0); number < sent; number = arrived.nextClearBit(number + 1)) {
            lost[phases[number]]++;
        }
        return new Outcome(sent, arrived.cardinality(), duplicates, damaged, lost, refused.clone());
    }

    /** Stops sending, so that what is under way arrives before the outcome is read. */
    void stopSending() throws IOException, InterruptedException {
        sender.close();
        sending.join();
    }

    @Override
    public void close() throws IOException {
        sender.close();
        receiver.close();
        receiving.interrupt();
    }
}
