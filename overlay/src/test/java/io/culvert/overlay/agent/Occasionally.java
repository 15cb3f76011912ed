// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.VirtualLoop;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A condition that costs much: it is looked at once in ten seconds of virtual time. */
final class Occasionally implements BooleanSupplier {
    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final VirtualLoop loop;
    private final BooleanSupplier condition;
    private long next;

    Occasionally(VirtualLoop loop, BooleanSupplier condition) {
        this.loop = loop;
        this.condition = condition;
        next = loop.nanos();
    }

    @Override
    public boolean getAsBoolean() {
        if (loop.nanos() < next) {
            return false;
        }
        next = loop.nanos() + INTERVAL;
        return condition.getAsBoolean();
    }
}
