// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

/** A watch that runs. */
public interface Watch extends AutoCloseable {
    /** Ends the watch: its listener is not called again. Called on the loop; may be called twice. */
    @Override
    void close();
}
