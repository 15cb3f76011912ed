// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import java.util.function.Supplier;

/**
 * How a device works.
 *
 * @param handshakeThreads threads for handshakes, at least 1
 * @param aeads makes each worker's AEAD, on that worker's thread
 * @param threads whether the device runs by itself; a simulation steps its workers and handshakes instead
 * @param memory what peers may use; devices may share one
 * @param watchdogSeconds how long a thread may not turn before the device ends; 0 to log it only
 * @param listener hears what happens, from the start
 */
public record DeviceOptions(
        int handshakeThreads,
        Supplier<Aead> aeads,
        boolean threads,
        MemoryBudget memory,
        int watchdogSeconds,
        DeviceListener listener) {
    /** Three times as long as it takes until a stall is logged. */
    public static final int WATCHDOG_SECONDS = 30;

    /** Options with the memory that is free in the heap now, and the watchdog's default. */
    public DeviceOptions(int handshakeThreads, Supplier<Aead> aeads, boolean threads) {
        this(handshakeThreads, aeads, threads, MemoryBudget.ofHeap(), WATCHDOG_SECONDS);
    }

    /** Options without a listener. */
    public DeviceOptions(
            int handshakeThreads, Supplier<Aead> aeads, boolean threads, MemoryBudget memory, int watchdogSeconds) {
        this(handshakeThreads, aeads, threads, memory, watchdogSeconds, DeviceListener.NONE);
    }

    /** Up to four handshake threads, workers with threads of their own, and AEAD instances from {@code aeads}. */
    public static DeviceOptions defaults(Aeads aeads) {
        return defaults(aeads, MemoryBudget.ofHeap(), WATCHDOG_SECONDS);
    }

    /** The same with memory that devices share, and another limit of the watchdog. */
    public static DeviceOptions defaults(Aeads aeads, MemoryBudget memory, int watchdogSeconds) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new DeviceOptions(Math.min(4, cores), aeads::create, true, memory, watchdogSeconds);
    }
}
