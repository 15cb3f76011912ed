// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.FlowHash;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.schedule.DeliveryPacer;
import io.culvert.engine.schedule.SoftwareSegmentation;
import io.culvert.engine.schedule.TunIngressQueue;
import io.culvert.engine.schedule.WakeupCoalescing;
import io.culvert.ring.BufferPool;

/**
 * The input side of a worker: how much it reads from its sockets and its TUN in a duty cycle, in which order, and how
 * long it may sleep while input waits. Both backends and the simulation run this code. Confined to the worker's thread.
 */
final class Intake implements WorkerIo.Sink, AutoCloseable {
    /** Packets that can be read from the TUN before the first of them is sent. */
    private static final int TUN_BUFFERS = 64;
    /** Receive calls in one duty cycle, so that the TUN is served in between. */
    private static final int RECEIVES = 4;
    /**
     * Datagrams of one receive call. At 1.4 kB each costs 0.77 of one received alone; larger batches gain little more.
     */
    private static final int RECEIVE_LIMIT = 16;
    /** While bursts are expected, a group of this size ends receiving for the cycle, so that its readers run first. */
    private static final int LARGE_BYTES = 16 * 1024;
    /** How long to sleep while input waits for a train or a buffer: no event announces that one is free. */
    private static final long RETRY_NANOS = 100_000;

    private final Worker worker;
    private final WorkerIo io;
    private final DeliveryPacer pacer;
    private final TunIngressQueue ingress;
    private final SoftwareSegmentation softwareSegmentation = new SoftwareSegmentation();
    private final WakeupCoalescing coalescing = new WakeupCoalescing();
    private final BufferPool tunBuffers = new BufferPool(TUN_BUFFERS, WorkerIo.TUN_BUFFER_BYTES);
    private final IdleMemory idleMemory;
    private boolean lastGroupWasLarge;
    private boolean removalReported;

    Intake(Worker worker, WorkerIo io, TrainPool transmitTrains, long now) {
        this.worker = worker;
        this.io = io;
        idleMemory = new IdleMemory(transmitTrains, tunBuffers, io, now);
        pacer = new DeliveryPacer(now);
        ingress = new TunIngressQueue(TUN_BUFFERS, now);
    }

    /** Reads a bounded part of the input, without waiting; returns the number of packets and datagram groups. */
    int poll(long now) {
        worker.enter(Stage.RECEIVE);
        io.poll();
        int found = receive(now) + readTun(now);
        if (io.isTunRemoved() && !removalReported) {
            removalReported = true;
            worker.tunRemoved();
            found++;
        }
        coalescing.count(found);
        if (found > 0) {
            idleMemory.input(now);
        }
        return found;
    }

    private int receive(long now) {
        if (pacer.delay(now) > 0) {
            return 0;
        }
        pacer.beginReceive(now);
        boolean bursts = pacer.expectsBursts(now);
        int limit = bursts ? 1 : RECEIVE_LIMIT;
        int found = 0;
        int calls = bursts ? DeliveryPacer.YIELD_QUOTA : RECEIVES;
        while (calls-- > 0 && io.isUdpReadable() && io.hasUdpBuffer() && worker.hasReceiveCapacity()) {
            found += io.receive(limit, this);
            if (bursts && lastGroupWasLarge) {
                break;
            }
        }
        return found;
    }

    @Override
    public void onDatagrams(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        lastGroupWasLarge = length >= LARGE_BYTES;
        worker.received(buffer, address, length, limit, segment, from, ecn);
    }

    /**
     * Reads and sends packet by packet, so that each is processed while in the cache; reads ahead only for
     * latency-sensitive ones.
     */
    private int readTun(long now) {
        worker.enter(Stage.TUN_READ);
        boolean sensitive = ingress.expectsSensitive(now);
        int readAhead = ingress.readAhead(sensitive);
        int cycleBytes = ingress.cycleBytes(sensitive);
        int found = 0;
        for (long bytes = 0; bytes < cycleBytes && worker.hasTransmitCapacity(); found++) {
            while (ingress.size() < readAhead && io.isTunReadable() && tunBuffers.available() > 0) {
                readPacket(now);
            }
            if (ingress.size() == 0 || found == TUN_BUFFERS) {
                break;
            }
            long entry = ingress.remove();
            int buffer = TunIngressQueue.buffer(entry);
            int length = TunIngressQueue.length(entry);
            bytes += length;
            worker.send(tunBuffers.address(buffer), length);
            tunBuffers.give(buffer);
        }
        return found;
    }

    private void readPacket(long now) {
        int buffer = tunBuffers.take();
        int length = io.readTun(tunBuffers.address(buffer));
        if (length == 0) {
            tunBuffers.give(buffer);
            return;
        }
        long packet = tunBuffers.address(buffer) + WorkerIo.VNET_HEADER_BYTES;
        int bytes = length - WorkerIo.VNET_HEADER_BYTES;
        int flow = FlowHash.of(packet, bytes);
        if (softwareSegmentation.add(tunBuffers.address(buffer), length, flow)) {
            io.softwareSegmentation();
        }
        boolean sensitive = ingress.add(buffer, length, flow, now);
        // Bare acknowledgements do not count: with TCP in both directions they would keep reading ahead on forever.
        if (sensitive && !IpPacket.isBareAck(packet, bytes)) {
            ingress.expectSensitive(now);
        }
    }

    /** Queues a packet or super-packet for a queue of the TUN. */
    void writeTun(int queue, long vnetHeader, int length) {
        pacer.write(vnetHeader, length);
        io.writeTun(queue, vnetHeader, length);
    }

    /** After a flush, whether the worker must yield its CPU to the readers of what it wrote. */
    boolean isYieldDue() {
        return pacer.isYieldDue();
    }

    /** The worker is about to yield. */
    void yielding(long now) {
        pacer.endBurst(now);
    }

    /**
     * Computes the park timeout; no other code decides how long the worker sleeps.
     *
     * @param now the time in nanoseconds
     * @param timerNanos the time until the next timer, {@link Long#MAX_VALUE} if none is armed
     * @return the longest sleep in nanoseconds; 0 or less when there is work now
     */
    long parkNanos(long now, long timerNanos) {
        long delay = pacer.delay(now);
        boolean udpWaits = io.isUdpReadable() && delay == 0;
        boolean tunWaits = io.isTunReadable() || ingress.size() > 0;
        // Capacity counts as it is now: the trains of this cycle are free again since their flush.
        if (udpWaits && worker.hasReceiveCapacity() && io.hasUdpBuffer()
                || tunWaits && worker.hasTransmitCapacity()
                || io.isTunRemoved() && !removalReported) {
            return 0;
        }
        long nanos = delay > 0 ? Math.min(timerNanos, delay) : timerNanos;
        return udpWaits || tunWaits ? Math.min(nanos, RETRY_NANOS) : Math.min(nanos, idleMemory.poll(now));
    }

    /** The number of TUN buffers that packets wait in. */
    int buffersInUse() {
        return TUN_BUFFERS - tunBuffers.available();
    }

    /** The shortest sleep for a park that begins now: packets that arrive in it do not wake the worker. */
    long minWaitNanos(long now) {
        return Math.max(coalescing.minWaitNanos(now), pacer.delay(now));
    }

    @Override
    public void close() {
        tunBuffers.close();
    }
}
