// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.testkit.MemoryPlatform;
import java.util.Optional;

/** A host in memory, with a schedule and refusals drawn from the seed. */
final class SeededPlatform implements Platform {
    private final MemoryPlatform host;
    private final Schedule schedule;
    private final Refusals refusals;
    private final Clock clock;

    SeededPlatform(MemoryPlatform host, Schedule schedule, Refusals refusals) {
        this.host = host;
        this.schedule = schedule;
        this.refusals = refusals;
        clock = new SeamClock(host.clock(), schedule);
    }

    /** A clock between whose readings others may take turns. */
    private record SeamClock(Clock clock, Schedule schedule) implements Clock {
        @Override
        public long nanos() {
            schedule.seam();
            return clock.nanos();
        }

        @Override
        public long wallSeconds() {
            return clock.wallSeconds();
        }

        @Override
        public int wallNanos() {
            return clock.wallNanos();
        }
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public RandomSource random() {
        return host.random();
    }

    @Override
    public Tun tun() {
        return host.tun();
    }

    @Override
    public Bind bind() {
        return host.bind();
    }

    @Override
    public WorkerIo workerIo(int worker) {
        return new SeededIo(host.workerIo(worker), schedule, refusals);
    }

    @Override
    public Optional<HandshakeIo> handshakeIo() {
        return host.handshakeIo();
    }

    @Override
    public void scheduleForHandshakes() {
        host.scheduleForHandshakes();
    }
}
