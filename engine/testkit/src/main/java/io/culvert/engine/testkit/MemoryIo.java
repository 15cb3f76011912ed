// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import static io.culvert.engine.io.IoCounters.Counter.TUN_READS;
import static io.culvert.engine.io.IoCounters.Counter.TUN_WRITES;
import static io.culvert.engine.io.IoCounters.Counter.UDP_RECEIVES;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SENDS;
import static io.culvert.engine.io.IoCounters.Counter.UDP_SEND_ERRORS;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.Coalescer;
import io.culvert.ring.BufferPool;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * One worker's I/O in memory: the buffers for datagrams, the counters and the park; packets come and go through a
 * {@link Transport}. It allocates nothing after construction and checks nothing, so that benchmarks can use it;
 * {@link CheckedIo} checks for simulations.
 *
 * <p>Confined to the thread that constructs it, except {@link #wake}, {@link #signalInput} and the run delay. {@code
 * event}: set by any thread after it made input available (volatile), cleared by the worker (volatile exchange) before
 * it looks for input.
 */
public final class MemoryIo implements WorkerIo {
    /** Bytes in front of the first payload in a buffer. */
    private static final int HEADROOM = 64;
    /** As the Linux platform has it: 64 KiB of datagrams behind the headroom. */
    private static final int BUFFER_BYTES = 65_664;
    /** After a group of this size a receive ends, as on Linux. */
    private static final int LARGE_BYTES = 16 * 1024;

    private static final VarHandle EVENT;

    static {
        try {
            EVENT = MethodHandles.lookup().findVarHandle(MemoryIo.class, "event", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread owner = Thread.currentThread();
    private final BufferPool buffers;
    private final IoCounters counters = new IoCounters();
    private final Transport transport;
    private Runnable onAttach = () -> {};
    private volatile boolean woken;
    private volatile long runDelay;

    @SuppressWarnings("unused") // through EVENT
    private int event;

    /** I/O of the current thread. */
    MemoryIo(Transport transport) {
        this.transport = transport;
        buffers = new BufferPool(transport.udpBuffers(), BUFFER_BYTES);
    }

    /** Where its packets come from and go to. */
    public Transport transport() {
        return transport;
    }

    /** Takes a free buffer for datagrams; {@link #hasUdpBuffer} must be true. */
    public int takeBuffer() {
        return buffers.take();
    }

    /** The number of free buffers. */
    public int freeBuffers() {
        return buffers.available();
    }

    /** The number of buffers that the worker has not returned. */
    int buffersInUse() {
        return buffers.capacity() - buffers.available();
    }

    /** The address of the first payload byte in a buffer. */
    public long payload(int buffer) {
        return buffers.address(buffer) + HEADROOM;
    }

    /** The end of a buffer. */
    public long limit(int buffer) {
        return buffers.address(buffer) + BUFFER_BYTES;
    }

    @Override
    public void poll() {
        // A source is readable as soon as its input has arrived.
    }

    @Override
    public boolean isTunReadable() {
        return transport.isTunReadable();
    }

    @Override
    public int readTun(long address) {
        int length = transport.readTun(address);
        if (length > 0) {
            counters.add(TUN_READS, 1);
        }
        return length;
    }

    @Override
    public void softwareSegmentation() {
        // The in-memory TUN has no segment limit.
    }

    @Override
    public boolean isTunRemoved() {
        return transport.isTunRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return transport.isUdpReadable();
    }

    @Override
    public boolean hasUdpBuffer() {
        return buffers.available() > 0;
    }

    @Override
    public int receive(int limit, Sink sink) {
        int count = 0;
        for (int bytes = 0; bytes < LARGE_BYTES && count < limit && buffers.available() > 0; count++) {
            bytes = transport.receive(this, sink);
            if (bytes < 0) {
                break;
            }
        }
        counters.add(UDP_RECEIVES, count);
        return count;
    }

    @Override
    public void releaseUdp(int buffer) {
        buffers.give(buffer);
    }

    @Override
    public int groKinds() {
        return Coalescer.ALL;
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        counters.add(TUN_WRITES, 1);
        transport.writeTun(queue, address, length);
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {
        boolean sent = transport.send(address, length, segment, to, ecn, dscp);
        counters.add(sent ? UDP_SENDS : UDP_SEND_ERRORS, 1);
        if (!sent && owner != null) {
            owner.onRefused((length + segment - 1) / segment, length);
        }
    }

    @Override
    public int routes() {
        return transport.routes();
    }

    @Override
    public boolean isRouted(UdpEndpoint to) {
        return transport.isRouted(to);
    }

    @Override
    public void flush() {
        transport.flush();
    }

    @Override
    public void attach(UdpPort port) {
        transport.attach(port);
        if (port != null) {
            onAttach.run();
        }
    }

    /** Runs {@code task} after each attachment of a port, before the first receive from it. */
    public void onAttach(Runnable task) {
        onAttach = task;
    }

    /** Sleeps without {@code minWaitNanos}, which is a hint; it may also wake up early, as any thread may. */
    @Override
    public void park(long nanos, long minWaitNanos) {
        if ((int) EVENT.getAndSet(this, 0) == 0) {
            LockSupport.parkNanos(nanos);
            EVENT.setVolatile(this, 0);
        }
    }

    /** Ends the current or next {@link #park}: input has become available. Any thread. */
    public void signalInput() {
        EVENT.setVolatile(this, 1);
        LockSupport.unpark(owner);
    }

    @Override
    public void wake() {
        woken = true;
        signalInput();
    }

    /** Clears {@link #isWoken}. */
    void clearWoken() {
        woken = false;
    }

    /** Whether {@link #wake} was called since {@link #clearWoken}. */
    boolean isWoken() {
        return woken;
    }

    @Override
    public long runDelay() {
        return runDelay;
    }

    /** Sets the time that the worker has waited for a core so far, in nanoseconds. */
    public void setRunDelay(long nanos) {
        runDelay = nanos;
    }

    @Override
    public boolean hasSurplusMemory() {
        return buffers.hasSurplus();
    }

    @Override
    public void discardSurplusMemory() {
        buffers.discardSurplus();
    }

    @Override
    public IoCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        buffers.close();
    }
}
