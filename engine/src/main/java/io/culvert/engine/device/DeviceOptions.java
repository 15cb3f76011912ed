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
 */
public record DeviceOptions(int handshakeThreads, Supplier<Aead> aeads, boolean threads) {
    /** Up to four handshake threads, workers with threads of their own, and AEAD instances from {@code aeads}. */
    public static DeviceOptions defaults(Aeads aeads) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new DeviceOptions(Math.min(4, cores), aeads::create, true);
    }
}
