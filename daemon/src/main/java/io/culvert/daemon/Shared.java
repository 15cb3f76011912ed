// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.MemoryBudget;

/**
 * What the interfaces of a process share.
 *
 * @param aeads make their ciphers
 * @param memory what their peers may take together
 * @param growth collects what their requests leave behind
 */
record Shared(Aeads aeads, MemoryBudget memory, HeapGrowth growth) {
    /** What the heap has room for now. */
    static Shared of(Aeads aeads) {
        return new Shared(aeads, MemoryBudget.ofHeap(), new HeapGrowth());
    }
}
