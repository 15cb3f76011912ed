// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Contents;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import java.time.Instant;

/**
 * Records that were verified before they were kept in the snapshot, a file that only its owner can write: a restart of
 * thousands of agents verifies no signature. Any thread.
 */
final class KeptRecords implements RecordVerifier {
    private static <T extends Content> T parse(Kind kind, Class<T> type, Entry entry) throws RecordException {
        return type.cast(Contents.parse(kind, Envelope.decode(entry.value()).signed()));
    }

    @Override
    public Config config(Entry entry) throws RecordException {
        return parse(Kind.CONFIG, Config.class, entry);
    }

    @Override
    public Member member(Entry entry, Config config, Instant now) throws RecordException {
        return parse(Kind.MEMBER, Member.class, entry);
    }

    @Override
    public Node node(Entry entry, Member member, KeyOwners owners) throws RecordException {
        return parse(Kind.NODE, Node.class, entry);
    }

    @Override
    public Gateway gateway(Entry entry, Member member) throws RecordException {
        return parse(Kind.GATEWAY, Gateway.class, entry);
    }

    @Override
    public void flush() {}
}
