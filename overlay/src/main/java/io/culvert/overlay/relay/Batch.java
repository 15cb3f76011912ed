// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.store.Event;
import java.util.List;

/**
 * Changes that a relay hands on.
 *
 * @param revision the store's: all changes up to it are among these events or were handed on before
 * @param events in the order of their revisions; whole revisions only
 */
record Batch(long revision, List<Event> events) {
    Batch {
        events = List.copyOf(events);
    }
}
