// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

/** A change of one key. */
public sealed interface Event {
    /** The key that changed. */
    String key();

    /** The store's revision of the change. */
    long revision();

    /** The key was created or written. */
    record Put(Entry entry) implements Event {
        @Override
        public String key() {
            return entry.key();
        }

        @Override
        public long revision() {
            return entry.modRevision();
        }
    }

    /** The key was deleted, or its lease ended. */
    record Delete(String key, long revision) implements Event {}
}
