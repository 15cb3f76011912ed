// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.store.Entry;
import java.util.List;
import java.util.Set;

/**
 * The verified records of a network at one revision of the store.
 *
 * @param revision everything up to it is contained
 * @param writtenMillis when the store was last heard of, in wall-clock milliseconds since 1970
 * @param isPartial whether records were refused that may have to be taken later: all are to be listed again
 * @param entries records in use, as they were signed
 * @param gone keys that the store no longer has, and whose nodes have not gone yet
 * @param held keys that a store which went back lacks, and whose records stay in use
 */
record Snapshot(
        long revision,
        long writtenMillis,
        boolean isPartial,
        List<Entry> entries,
        Set<String> gone,
        Set<String> held) {}
