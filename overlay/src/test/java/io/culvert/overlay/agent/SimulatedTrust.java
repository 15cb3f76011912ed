// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Contents;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import io.culvert.overlay.trust.Verifier;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Signatures that cost nothing: their first byte says whether they are right. A value that many agents read is parsed
 * once.
 */
final class SimulatedTrust implements RecordVerifier {
    private static final Key SIGNER = new Key(new byte[Key.BYTES]);

    private final Map<byte[], Parsed> parsed = new IdentityHashMap<>();

    /** A record, and the key at which it may stand. */
    private record Parsed(Content content, String key) {}

    static byte[] sign(Content content) {
        return value(content, 1);
    }

    static byte[] forge(Content content) {
        return value(content, 0);
    }

    private static byte[] value(Content content, int mark) {
        byte[] signature = new byte[Envelope.SIGNATURE_BYTES];
        signature[0] = (byte) mark;
        return new Envelope(content.toJson().getBytes(StandardCharsets.UTF_8), SIGNER, signature).encode();
    }

    private <T extends Content> T read(Kind kind, Class<T> type, Entry entry) throws RecordException {
        Parsed known = parsed.get(entry.value());
        if (known == null) {
            Envelope envelope = Envelope.decode(entry.value());
            if (envelope.signature()[0] != 1) {
                throw new RecordException(RecordProblem.BAD_SIGNATURE, "forged");
            }
            Content content = Contents.parse(kind, envelope.signed());
            known = new Parsed(content, content.key());
            parsed.put(entry.value(), known);
        }
        if (!known.key.equals(entry.key())) {
            throw new RecordException(RecordProblem.WRONG_NAME, "moved");
        }
        return type.cast(known.content);
    }

    @Override
    public Config config(Entry entry) throws RecordException {
        return read(Kind.CONFIG, Config.class, entry);
    }

    @Override
    public Member member(Entry entry, Config config, Instant now) throws RecordException {
        Member member = memberAtAnyTime(entry);
        if (member.role() != Role.REVOKED) {
            Verifier.requireValid(member, now);
        }
        return member;
    }

    /** A membership, whether it is valid or not. */
    Member memberAtAnyTime(Entry entry) throws RecordException {
        return read(Kind.MEMBER, Member.class, entry);
    }

    @Override
    public Node node(Entry entry, Member member, KeyOwners owners) throws RecordException {
        Node node = read(Kind.NODE, Node.class, entry);
        Verifier.requireOwner(node, node.wireGuard(), owners);
        return node;
    }

    @Override
    public Gateway gateway(Entry entry, Member member) throws RecordException {
        return read(Kind.GATEWAY, Gateway.class, entry);
    }

    @Override
    public void flush() {}
}
