// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/** What a record says. */
public sealed interface Content permits Config, Member, Node, Allocation, Gateway {
    /** The greatest serial: the greatest integer that every reader of JSON keeps exactly (RFC 8259, section 6). */
    long MAX_SERIAL = (1L << 53) - 1;

    /** The kind. */
    Kind kind();

    /** The network's name. */
    String network();

    /** Rises with each version of the record that is signed; 1 to {@link #MAX_SERIAL}. */
    long serial();

    /** The record's key in the store. */
    String key();

    /** The JSON to be signed, of version {@link Fields#VERSION}. */
    String toJson();
}
