// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

/**
 * One key of the store.
 *
 * @param key of printable ASCII characters
 * @param value must not be changed
 * @param createRevision the store's revision at which the key was last created; at least 1
 * @param modRevision the store's revision at which it was last written; at least 1
 */
public record Entry(String key, byte[] value, long createRevision, long modRevision) {}
