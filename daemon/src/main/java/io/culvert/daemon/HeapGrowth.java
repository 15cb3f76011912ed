// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

/**
 * Collects garbage when requests have made the Java heap grow by a quarter. What a large request leaves behind gets
 * into the old generation, and the serial collector would rather enlarge that, up to the greatest heap, than collect
 * it.
 *
 * <p>A collection stops the workers, for a second with a million peers; requests about few peers never cause one. Any
 * thread.
 */
final class HeapGrowth {
    private static final long LEAST_BYTES = 32L << 20;

    /** The size of the heap after the last collection; guarded by this. */
    private long collected = Runtime.getRuntime().totalMemory();

    /** A request was served. */
    synchronized void check() {
        if (Runtime.getRuntime().totalMemory() - collected >= Math.max(LEAST_BYTES, collected / 4)) {
            System.gc();
            collected = Runtime.getRuntime().totalMemory();
        }
    }
}
