// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.SocketPlatform;
import io.culvert.engine.linux.tun.SocketTun;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.PacketMemory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends many kinds of traffic through a pair of devices, both ways, as fast as the devices carry it: TCP super-packets
 * of all sizes, acknowledgements, and bursts of datagrams, in packets and super-packets. C2 prunes branches that it has
 * not seen taken, so all kinds are mixed; for a quarter of the time datagrams are alone, since the data path delivers
 * them differently then.
 *
 * <p>One thread runs it, only while no other thread wants its CPU. Any thread may {@link #end} it and read the counts.
 */
final class TrafficGenerator implements Runnable {
    private static final int BUFFER_BYTES = WorkerIo.TUN_BUFFER_BYTES;
    /** Bytes under way in each direction: some super-packets, as many as TCP has in a short queue. */
    private static final long WINDOW_BYTES = 256 * 1024;
    /** After this time without a packet what is under way counts as lost. */
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long PAUSE_NANOS = 50_000;
    /** Datagrams are alone for one of four periods of 2^26 ns, which is 67 ms. */
    private static final int PERIOD_SHIFT = 26;

    private static final int LONGEST_BURST = 40;

    private final Way[] ways;
    private final CallState calls = new CallState();
    private final long memory = PacketMemory.map(2L * BUFFER_BYTES);
    private final Packets packets = new Packets(memory);
    /** Set by any thread, read by the generator's. */
    private volatile boolean ended;

    /** One direction. */
    private static final class Way {
        private final int from;
        private final SocketTun source;
        private final SocketTun target;
        private long underWay;
        private long lastReceived = System.nanoTime();
        private int step;
        /** Written by the generator's thread alone, read by any. */
        private volatile long received;

        Way(DevicePair pair, int from) {
            this.from = from;
            source = pair.tun(from);
            target = pair.tun(1 - from);
        }
    }

    TrafficGenerator(DevicePair pair) {
        ways = new Way[] {new Way(pair, 0), new Way(pair, 1)};
    }

    /** Kilobytes carried so far, from the near device to the far one or back. Any thread. */
    long kilobytes(boolean back) {
        return ways[back ? 1 : 0].received / 1000;
    }

    /** Ends {@link #run}. Any thread. */
    void end() {
        ended = true;
    }

    @Override
    public void run() {
        SocketPlatform.runWhenIdle();
        while (!ended) {
            int done = 0;
            for (Way way : ways) {
                done += send(way) + receive(way);
            }
            if (done == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        PacketMemory.unmap(memory, 2L * BUFFER_BYTES);
    }

    private int send(Way way) {
        int sent = 0;
        boolean datagramsAlone = (System.nanoTime() >>> PERIOD_SHIFT & 3) == 0;
        while (way.underWay < WINDOW_BYTES && sent < LONGEST_BURST) {
            way.step++;
            int flow = way.step % Packets.FLOWS;
            int length = switch (datagramsAlone ? way.step % 2 : way.step % 8) {
                case 0 -> packets.datagram(way.from, flow, way.step);
                case 1 -> packets.datagrams(way.from, flow, way.step);
                case 2, 3 -> packets.acknowledgement(way.from, flow);
                default -> packets.stream(way.from, flow, way.step);
            };
            int queue = way.source.application(flow % way.source.queues());
            if (Linux.write(calls, queue, packets.address(), length) < 0) {
                break;
            }
            way.underWay += length;
            sent++;
        }
        return sent;
    }

    private int receive(Way way) {
        int count = 0;
        for (int queue = 0; queue < way.target.queues(); queue++) {
            int descriptor = way.target.application(queue);
            for (int bytes; (bytes = Linux.read(calls, descriptor, memory + BUFFER_BYTES, BUFFER_BYTES)) > 0; count++) {
                way.received += bytes;
                way.underWay = Math.max(0, way.underWay - bytes);
            }
        }
        long now = System.nanoTime();
        if (count > 0) {
            way.lastReceived = now;
        } else if (now - way.lastReceived > LOST_NANOS) {
            // Lost, or less than was sent, as coalesced packets share headers.
            way.underWay = 0;
            way.lastReceived = now;
        }
        return count;
    }
}
