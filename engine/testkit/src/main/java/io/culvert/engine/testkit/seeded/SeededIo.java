// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;

/** A worker's I/O, at each call of which others may take turns, and which may be refused. */
final class SeededIo implements WorkerIo {
    private final WorkerIo io;
    private final Schedule schedule;
    private final Refusals refusals;

    SeededIo(WorkerIo io, Schedule schedule, Refusals refusals) {
        this.io = io;
        this.schedule = schedule;
        this.refusals = refusals;
    }

    @Override
    public void poll() {
        schedule.seam();
        io.poll();
    }

    @Override
    public boolean isTunReadable() {
        return io.isTunReadable();
    }

    @Override
    public int readTun(long address) {
        schedule.seam();
        return io.readTun(address);
    }

    @Override
    public void softwareSegmentation() {
        io.softwareSegmentation();
    }

    @Override
    public boolean isTunRemoved() {
        return io.isTunRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return io.isUdpReadable();
    }

    @Override
    public boolean hasUdpBuffer() {
        return io.hasUdpBuffer() && !refusals.refusesBuffer();
    }

    @Override
    public int receive(int limit, Sink sink) {
        schedule.seam();
        return io.receive(limit, sink);
    }

    @Override
    public void releaseUdp(int buffer) {
        io.releaseUdp(buffer);
    }

    @Override
    public int groKinds() {
        return io.groKinds();
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        schedule.seam();
        if (!refusals.refusesWrite()) {
            io.writeTun(queue, address, length);
        }
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {
        schedule.seam();
        if (!refusals.refusesSend()) {
            io.send(address, length, segment, to, ecn, dscp, owner);
        } else if (owner != null) {
            owner.onRefused((length + segment - 1) / segment, length);
        }
    }

    @Override
    public int routes() {
        return io.routes();
    }

    @Override
    public boolean isRouted(UdpEndpoint to) {
        schedule.seam();
        return io.isRouted(to);
    }

    @Override
    public void flush() {
        schedule.seam();
        io.flush();
        schedule.seam();
    }

    @Override
    public void attach(UdpPort port) {
        io.attach(port);
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        io.park(nanos, minWaitNanos);
    }

    @Override
    public void wake() {
        io.wake();
    }

    @Override
    public long runDelay() {
        return io.runDelay();
    }

    @Override
    public boolean hasSurplusMemory() {
        return io.hasSurplusMemory();
    }

    @Override
    public void discardSurplusMemory() {
        schedule.seam();
        io.discardSurplusMemory();
    }

    @Override
    public IoCounters counters() {
        return io.counters();
    }

    @Override
    public void close() {
        io.close();
    }
}
