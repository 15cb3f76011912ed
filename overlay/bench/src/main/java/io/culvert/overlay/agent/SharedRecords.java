// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.Verifier;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Verifies each record once for all agents of the JVM: in a real network each has a processor of its own for that. What
 * an agent decides by what it knows, such as whose a key is, each decides itself. Any thread may call.
 */
final class SharedRecords implements RecordVerifier {
    private final ConcurrentMap<ByteBuffer, Content> verified = new ConcurrentHashMap<>();
    private final RecordVerifier verifier;

    SharedRecords(String network, Key pinned) {
        Serials serials = Serials.inMemory();
        verifier = new VerifiedRecords(new Verifier(network, Set.of(pinned), serials), serials);
    }

    /** Reads what has not been read yet. */
    private interface Reader<T extends Content> {
        T read() throws RecordException;
    }

    private <T extends Content> T once(Class<T> type, Entry entry, Reader<T> reader) throws RecordException {
        ByteBuffer value = ByteBuffer.wrap(entry.value());
        Content known = verified.get(value);
        if (known == null) {
            synchronized (verifier) {
                known = verified.get(value);
                if (known == null) {
                    known = reader.read();
                    verified.put(value, known);
                }
            }
        }
        if (!known.key().equals(entry.key())) {
            throw new RecordException(RecordProblem.WRONG_NAME, "the record is that of another key");
        }
        return type.cast(known);
    }

    @Override
    public Config config(Entry entry) throws RecordException {
        return once(Config.class, entry, () -> verifier.config(entry));
    }

    @Override
    public Member member(Entry entry, Config config, Instant now) throws RecordException {
        return once(Member.class, entry, () -> verifier.member(entry, config, now));
    }

    @Override
    public Node node(Entry entry, Member member, KeyOwners owners) throws RecordException {
        Node node = once(Node.class, entry, () -> verifier.node(entry, member, KeyOwners.NONE));
        Verifier.requireOwner(node, node.wireGuard(), owners);
        return node;
    }

    @Override
    public Gateway gateway(Entry entry, Member member) throws RecordException {
        return once(Gateway.class, entry, () -> verifier.gateway(entry, member));
    }

    @Override
    public RecordVerifier kept() {
        return this;
    }

    @Override
    public void flush() {}
}
