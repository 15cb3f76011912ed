// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.PacketMemory;
import io.culvert.ring.BufferPool;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
    private static final int TRAINS = 16;
    private static final int SLAB_BYTES = 96 * 1024;
    private static final long INPUT = 1000;

    private final List<String> calls = new ArrayList<>();
    private boolean ioHasSurplus;

    private final WorkerIo io = (WorkerIo) Proxy.newProxyInstance(
            WorkerIo.class.getClassLoader(), new Class<?>[] {WorkerIo.class}, (proxy, method, arguments) -> {
                calls.add(method.getName());
                return method.getReturnType() == boolean.class ? ioHasSurplus : null;
            });

    /** Takes trains, touches their slabs and frees them; returns the slabs. */
    private static List<Long> burst(TrainPool trains, int count) {
        List<Train> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Train train = trains.take();
            for (long at = train.slab; at < train.slabEnd; at += PacketMemory.PAGE_BYTES) {
                Memory.putByte(at, (byte) 1);
            }
            taken.add(train);
        }
        taken.forEach(trains::free);
        return taken.stream().map(train -> train.slab).toList();
    }

    private static long resident(List<Long> slabs) {
        return slabs.stream()
                .mapToLong(slab -> slab & -PacketMemory.PAGE_BYTES)
                .map(page -> PacketMemory.residentPages(page, SLAB_BYTES))
                .sum();
    }

    @Test
    void memoryOfABurstIsGivenBackOnceNothingHasArrivedForTenSeconds() {
        try (TrainPool trains = TrainPool.outgoing(null, TRAINS, SLAB_BYTES);
                BufferPool buffers = new BufferPool(TRAINS, SLAB_BYTES)) {
            IdleMemory idle = new IdleMemory(trains, buffers, io, 0);
            List<Long> slabs = burst(trains, TRAINS / 2);
            idle.input(INPUT);
            long touched = resident(slabs);
            assertThat(touched).isGreaterThanOrEqualTo(TRAINS / 2 * SLAB_BYTES / PacketMemory.PAGE_BYTES);
            assertThat(idle.poll(INPUT + 1)).isEqualTo(IdleMemory.IDLE_NANOS - 1);
            assertThat(resident(slabs)).isEqualTo(touched);

            assertThat(idle.poll(INPUT + IdleMemory.IDLE_NANOS)).isEqualTo(Long.MAX_VALUE);
            assertThat(resident(slabs)).isLessThan(touched / 2);
            assertThat(calls).contains("discardSurplusMemory");
        }
    }

    @Test
    void sparseTrafficSetsNoTimer() {
        try (TrainPool trains = TrainPool.outgoing(null, TRAINS, SLAB_BYTES);
                BufferPool buffers = new BufferPool(TRAINS, SLAB_BYTES)) {
            IdleMemory idle = new IdleMemory(trains, buffers, io, 0);
            burst(trains, 1);
            assertThat(idle.poll(INPUT)).isEqualTo(Long.MAX_VALUE);
            assertThat(idle.poll(INPUT + IdleMemory.IDLE_NANOS)).isEqualTo(Long.MAX_VALUE);
            assertThat(calls).doesNotContain("discardSurplusMemory");
            ioHasSurplus = true;
            assertThat(idle.poll(INPUT)).isLessThanOrEqualTo(IdleMemory.IDLE_NANOS);
        }
    }
}
