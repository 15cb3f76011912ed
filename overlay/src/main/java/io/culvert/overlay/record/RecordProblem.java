// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.Locale;

/** Why a record was refused. Metrics count each by its {@link #label}. */
public enum RecordProblem {
    /** The record has more than {@link Envelope#MAX_BYTES} bytes. */
    TOO_LARGE,
    /** It is not strict JSON in UTF-8, a field is missing, unknown, repeated, or of another type. */
    MALFORMED,
    /** It is of a version that this program does not know. */
    UNKNOWN_VERSION,
    /** The key that signed it is not one that may. */
    UNKNOWN_SIGNER,
    /** The signature does not match. */
    BAD_SIGNATURE,
    /** It is a record of another kind than its key says. */
    WRONG_KIND,
    /** It is of another network: moved. */
    WRONG_NETWORK,
    /** It is of another node, pool, index or region than its key says: moved or swapped. */
    WRONG_NAME,
    /** A record with a higher serial was seen: replayed, or the store was restored. */
    SERIAL_WENT_BACK,
    /** Another record with this serial was seen. */
    SERIAL_REUSED,
    /** Its validity has not begun, or a clock is off. */
    NOT_YET_VALID,
    /** Its validity is over. */
    EXPIRED,
    /** The node has no valid member record. */
    NOT_A_MEMBER,
    /** A name is not one. */
    BAD_NAME,
    /** A label is not one, or there are too many. */
    BAD_LABEL,
    /** An endpoint is not an address with a port, or nothing can be sent there. */
    BAD_ENDPOINT,
    /** A prefix, pool or other value is out of its range. */
    BAD_VALUE,
    /** A prefix lies outside the pools, or does not have the length of the pool's. */
    PREFIX_OUTSIDE_POOL,
    /** The WireGuard key is a point of low order, with which every secret is zero. */
    LOW_ORDER_KEY,
    /** The WireGuard key is the reader's own. */
    OWN_KEY,
    /** The WireGuard key is another node's. */
    DUPLICATE_KEY;

    /** The name in lower case, as in {@code bad_signature}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
