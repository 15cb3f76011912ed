// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.linux.tun.SocketTun;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketTunTest {
    private static final int BYTES = 64;

    private final long memory = Memory.allocate(BYTES, Long.BYTES);

    /** Packets at the program's end until there is no place for another. */
    private void fill(SocketTun tun) {
        CallState calls = new CallState();
        while (Linux.write(calls, tun.descriptor(0), memory, BYTES) > 0) {
            // The next one.
        }
    }

    private void write(UringIo io) {
        io.writeTun(0, memory, BYTES);
        io.flush();
    }

    /** A ring belongs to one thread, which makes it and closes it. */
    private long failedWrites(SocketTun tun, CompletableFuture<UringIo> made) {
        try {
            UringIo io = new UringIo(tun, 0, EnumSet.allOf(Offload.class));
            try {
                made.complete(io);
                write(io);
                return io.counters().get(Counter.TUN_WRITE_ERRORS);
            } finally {
                io.close();
            }
        } catch (ErrnoException e) {
            made.completeExceptionally(e);
            return 0;
        }
    }

    @Test
    void hangingUpEndsAWriteThatWaitsForTheProgram() throws IOException {
        IoUring.unavailableReason().ifPresent(Assumptions::abort);
        SocketTun tun = new SocketTun("test", 1);
        try {
            fill(tun);
            CompletableFuture<UringIo> made = new CompletableFuture<>();
            CompletableFuture<Long> failed = CompletableFuture.supplyAsync(
                    () -> failedWrites(tun, made), task -> Thread.ofPlatform().start(task));
            UringIo io = made.join();
            while (io.counters().get(Counter.SYSCALLS) == 0) {
                Thread.onSpinWait();
            }
            tun.hangUp();
            assertThat(failed.join()).isEqualTo(1);
        } finally {
            tun.close();
            tun.close();
            Memory.free(memory);
        }
    }
}
