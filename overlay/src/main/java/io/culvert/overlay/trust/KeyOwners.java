// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.Key;
import java.util.Optional;

/** Whose the WireGuard keys are, as the reader of a node record knows. */
public interface KeyOwners {
    /** Nobody's: for readers that look at one record. */
    KeyOwners NONE = new KeyOwners() {
        @Override
        public boolean isOwn(Key key) {
            return false;
        }

        @Override
        public Optional<String> owner(Key key) {
            return Optional.empty();
        }
    };

    /** Whether it is the reader's own key, present or next. */
    boolean isOwn(Key key);

    /** The node whose accepted record has the key, present or next. */
    Optional<String> owner(Key key);
}
