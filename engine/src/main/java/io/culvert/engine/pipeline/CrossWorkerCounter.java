// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** Hand-offs between workers. Each moves cache lines from one core to another. */
public enum CrossWorkerCounter {
    /** Trains of other workers that this worker stole, and sealed or opened. */
    STOLEN,
    /** Trains that this worker committed for peers whose home is another worker. */
    COMMITTED
}
