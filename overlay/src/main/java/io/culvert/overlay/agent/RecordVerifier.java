// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import java.io.IOException;
import java.time.Instant;

/** Reads entries of the store, and refuses what is not a record that its signer may make. On the loop. */
interface RecordVerifier {
    /** The configuration. */
    Config config(Entry entry) throws RecordException;

    /** A membership that is valid now, or revoked. */
    Member member(Entry entry, Config config, Instant now) throws RecordException;

    /** The node record of a member. */
    Node node(Entry entry, Member member, KeyOwners owners) throws RecordException;

    /** The record of a gateway that lives. */
    Gateway gateway(Entry entry, Member member) throws RecordException;

    /** How records are read that were verified before they were kept in a snapshot. */
    default RecordVerifier kept() {
        return new KeptRecords();
    }

    /** Keeps what was accepted, so that nothing older is accepted after a restart; called before it is used. */
    void flush() throws IOException;
}
