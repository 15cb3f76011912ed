// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/**
 * One worker's part of a {@link PacketDevice}. One worker reads from the device; all write to it, in turn, under the
 * monitor of {@code device}. Confined to the worker's thread.
 */
final class PacketSide implements AutoCloseable {
    private final PacketDevice device;
    private final InputSignal signal;
    private final IoCounters counters;
    private final boolean reads;
    private final PacketBatch in = new PacketBatch();
    private final PacketBatch out = new PacketBatch();
    private int next;
    /** The last read added packets, so the device may have more without a signal. */
    private boolean more;

    PacketSide(PacketDevice device, InputSignal signal, IoCounters counters, boolean reads) {
        this.device = device;
        this.signal = signal;
        this.counters = counters;
        this.reads = reads;
    }

    boolean isReadable() {
        return reads && (next < in.size() || more || signal.isGiven());
    }

    /** Copies a packet behind a virtio-net header to {@code address}; returns the length of both, 0 for none. */
    int read(long address) {
        if (next == in.size() && !fill()) {
            return 0;
        }
        int length = in.memory().length(next);
        VirtioNetHeader.clear(address);
        Memory.copy(in.memory().address(next), address + WorkerIo.VNET_HEADER_BYTES, length);
        next++;
        counters.add(IoCounters.Counter.TUN_READS, 1);
        return WorkerIo.VNET_HEADER_BYTES + length;
    }

    private boolean fill() {
        if (!signal.take() && !more) {
            return false;
        }
        in.memory().clear();
        next = 0;
        device.read(in);
        more = in.size() > 0;
        return more;
    }

    /** Takes a packet behind a virtio-net header, which says nothing: packets are not coalesced. */
    void write(long address, int length) {
        long packet = address + WorkerIo.VNET_HEADER_BYTES;
        int bytes = length - WorkerIo.VNET_HEADER_BYTES;
        if (!out.memory().add(packet, bytes)) {
            flush();
            out.memory().add(packet, bytes);
        }
    }

    void flush() {
        if (out.size() > 0) {
            synchronized (device) {
                device.write(out);
            }
            counters.add(IoCounters.Counter.TUN_WRITES, out.size());
            out.memory().clear();
        }
    }

    @Override
    public void close() {
        signal.serve(null);
        in.memory().close();
        out.memory().close();
    }
}
