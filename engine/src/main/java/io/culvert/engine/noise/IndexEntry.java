// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

/**
 * The meaning of a local index: a handshake and, once its session begins, the keypair derived from it (the kernel's
 * struct index_hashtable_entry).
 *
 * @param <P> the type of peers
 */
public sealed interface IndexEntry<P> permits Handshake, Keypair {
    /** The peer that the index belongs to. Any thread. */
    P owner();
}
