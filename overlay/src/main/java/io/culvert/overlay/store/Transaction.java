// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes that are committed together if all conditions hold. No key is written twice.
 *
 * @param conditions what must hold just before
 * @param puts keys to create or write
 * @param deletes keys to delete; those that are absent already do no harm
 * @param lease under which the keys are put; 0: none
 */
public record Transaction(List<Condition> conditions, List<Put> puts, List<String> deletes, long lease) {
    /** Checks that no key is written twice. */
    public Transaction {
        conditions = List.copyOf(conditions);
        puts = List.copyOf(puts);
        deletes = List.copyOf(deletes);
        Set<String> keys = new HashSet<>();
        puts.forEach(put -> {
            if (!keys.add(put.key)) {
                throw new IllegalArgumentException("written twice in one transaction: " + put.key);
            }
        });
        deletes.forEach(key -> {
            if (!keys.add(key)) {
                throw new IllegalArgumentException("written twice in one transaction: " + key);
            }
        });
    }

    /** What must hold of a key. */
    public sealed interface Condition {
        /** The key. */
        String key();

        /** The key does not exist (its create revision is 0). */
        record Absent(String key) implements Condition {}

        /** The key was last written at this revision, and exists. */
        record Unchanged(String key, long modRevision) implements Condition {}
    }

    /** A key with its new value. */
    public record Put(String key, byte[] value) {}

    /** Collects a transaction. */
    public static final class Builder {
        private final List<Condition> conditions = new ArrayList<>();
        private final List<Put> puts = new ArrayList<>();
        private final List<String> deletes = new ArrayList<>();
        private long lease;

        private Builder() {}

        /** Only if the key does not exist. */
        public Builder ifAbsent(String key) {
            conditions.add(new Condition.Absent(key));
            return this;
        }

        /** Only if the key was last written at this revision. */
        public Builder ifUnchanged(String key, long modRevision) {
            conditions.add(new Condition.Unchanged(key, modRevision));
            return this;
        }

        /** Creates or writes the key. */
        public Builder put(String key, byte[] value) {
            puts.add(new Put(key, value));
            return this;
        }

        /** Deletes the key. */
        public Builder delete(String key) {
            deletes.add(key);
            return this;
        }

        /** Puts all keys under this lease. */
        public Builder lease(long id) {
            lease = id;
            return this;
        }

        /** The transaction. */
        public Transaction build() {
            return new Transaction(conditions, puts, deletes, lease);
        }
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }
}
