// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_in;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import io.culvert.ring.CompletionHandler;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Writes and reads through the kernel: an eventfd's counter, datagrams of 1,400 bytes between two sockets; and writes
 * of packets of that size to a TUN, whose namespace drops them; 1 or 16 per batch. With io_uring a batch takes one
 * system call. The reference is {@code write} and {@code read}, each of which takes one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SystemCallBenchmark {
    private static final int MAX_BATCH = 64;
    private static final int DATAGRAM = 1_400;

    /** {@code culvert} (io_uring) or {@code plain}. */
    @Param({"culvert"})
    public String implementation;

    /** {@code eventfd}, {@code udp} or {@code tun}. */
    @Param({"eventfd"})
    public String file;

    /** The number of writes, and of reads unless the file is a TUN. */
    @Param({"1"})
    public int batch;

    private final CallState calls = new CallState();
    private final CompletionHandler handler = (userData, result, flags) -> {
        this.transferred += result;
    };
    private TunDevice tun;
    private int reads;
    private int writeFd;
    private int readFd;
    private int bytes;
    private long source;
    private long target;
    private IoUring ring;
    private long transferred;

    /** Opens the files. */
    @Setup
    public void setUp() throws IOException {
        bytes = file.equals("eventfd") ? Long.BYTES : DATAGRAM;
        source = Memory.allocate(bytes, 64);
        target = Memory.allocate((long) bytes * MAX_BATCH, 64);
        Memory.putLong(source, 1);
        switch (file) {
            case "eventfd" -> {
                writeFd = Linux.eventfd();
                readFd = writeFd;
            }
            case "udp" -> openSockets();
            default -> openTun();
        }
        reads = tun == null ? batch : 0;
        if (implementation.equals("culvert")) {
            ring = new IoUring(2 * MAX_BATCH, 4 * MAX_BATCH);
        }
    }

    private void openSockets() throws IOException {
        readFd = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        writeFd = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        int size = (int) sockaddr_in.sizeof();
        long address = Memory.allocate(size, 8);
        sockaddr_in.sin_family(address, (short) linux_h.AF_INET);
        Memory.putIntBE(sockaddr_in.sin_addr(address), 0x7f000001);
        Linux.bind(readFd, address, size);
        Linux.getsockname(readFd, address, size);
        Linux.connect(writeFd, address, size);
        Memory.free(address);
    }

    private void openTun() throws IOException {
        tun = PrivateTun.open();
        writeFd = tun.descriptor(0);
        InnerPackets packet = new InnerPackets(false, false, DATAGRAM - VirtioNetHeader.BYTES - 28, 1);
        packet.lay(source, InnerPackets.peerAddress(0), InnerPackets.peerAddress(1), 0);
    }

    /** Writes and reads a batch. */
    @Benchmark
    public long roundTrip() {
        transferred = 0;
        if (ring != null) {
            byRing();
        } else {
            byCalls();
        }
        if (transferred != (long) (batch + reads) * bytes) {
            throw new IllegalStateException(
                    "expected " + (long) (batch + reads) * bytes + " bytes, got " + transferred);
        }
        return transferred;
    }

    private void byRing() {
        for (int i = 0; i < batch; i++) {
            ring.submissions().prepWrite(writeFd, 0, source, bytes, i);
        }
        for (int i = 0; i < reads; i++) {
            ring.submissions().prepRead(readFd, 0, target + (long) i * bytes, bytes, i);
        }
        int done = 0;
        do {
            ring.enter(batch + reads - done, Long.MAX_VALUE);
            done += ring.reap(handler);
        } while (done < batch + reads);
    }

    private void byCalls() {
        for (int i = 0; i < batch; i++) {
            transferred += Linux.write(calls, writeFd, source, bytes);
        }
        for (int i = 0; i < reads; i++) {
            transferred += Linux.read(calls, readFd, target + (long) i * bytes, bytes);
        }
    }

    /** Closes the files. */
    @TearDown
    public void tearDown() throws IOException {
        if (ring != null) {
            ring.close();
        }
        if (tun != null) {
            tun.close();
        } else {
            Linux.close(readFd);
            if (writeFd != readFd) {
                Linux.close(writeFd);
            }
        }
        Memory.free(source);
        Memory.free(target);
    }
}
