// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

/**
 * A peer's part of the {@link MemoryBudget} for its sessions. It is taken with the first handshake and kept until the
 * peer is removed, since the peer's queues live as long: so a session that exists can always renew its keys.
 *
 * <p>Guarded by the monitor of the peer's handshake.
 */
final class SessionMemory {
    private final MemoryBudget budget;
    private boolean taken;

    SessionMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Takes the memory, unless the peer has it; {@code false} if it does not fit. */
    boolean tryTake() {
        if (!taken) {
            taken = budget.trySession();
        }
        return taken;
    }

    /** The peer was removed. Idempotent. */
    void close() {
        if (taken) {
            taken = false;
            budget.endSession();
        }
    }
}
