// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Contents;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Signed;
import io.culvert.overlay.record.Topology;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a value of the store is a record of this network that its signer may make, at its place, and newer
 * than those seen. Nothing that the store says is believed: only what the pinned keys signed, and what the nodes signed
 * to whom these gave their names.
 *
 * <p>A record that is refused changes nothing. One that is accepted raises its serial in {@link Serials}, which the
 * caller flushes. Of one thread.
 */
public final class Verifier {
    private final String network;
    private final Set<Key> pinned;
    private final Serials serials;

    /**
     * Believes the pinned keys.
     *
     * @param network the network's name
     * @param pinned enrolment keys given out of band; one or two
     * @param serials those seen so far
     */
    public Verifier(String network, Collection<Key> pinned, Serials serials) {
        this.network = network;
        this.pinned = Set.copyOf(pinned);
        this.serials = serials;
        if (this.pinned.isEmpty() || this.pinned.size() > 2) {
            throw new IllegalArgumentException("one or two enrolment keys are pinned, not " + this.pinned.size());
        }
    }

    /** The network's configuration, signed by a pinned key that it names itself. */
    public Signed<Config> config(String key, byte[] value) throws RecordException {
        Signed<Config> signed = open(Kind.CONFIG, Config.class, key, value, pinned);
        if (!signed.content().enrolmentKeys().contains(signed.envelope().signer())) {
            throw new RecordException(
                    RecordProblem.UNKNOWN_SIGNER, "the configuration does not name the key that signed it");
        }
        return accept(signed);
    }

    /**
     * A membership. A revoked one is accepted whatever its time, so that it supersedes those before it: look at its
     * {@link Member#role}.
     *
     * @param now by which its validity is judged
     */
    public Signed<Member> member(String key, byte[] value, Config config, Instant now) throws RecordException {
        Signed<Member> signed = openMember(key, value, config);
        if (signed.content().role() != Role.REVOKED) {
            requireValid(signed.content(), now);
        }
        return accept(signed);
    }

    /** As {@link #member}, for the enroller, which also renews memberships that are over. */
    public Signed<Member> memberAtAnyTime(String key, byte[] value, Config config) throws RecordException {
        return accept(openMember(key, value, config));
    }

    private Signed<Member> openMember(String key, byte[] value, Config config) throws RecordException {
        Signed<Member> signed = open(Kind.MEMBER, Member.class, key, value, enrolmentKeys(config));
        if (signed.content().role() != Role.REVOKED) {
            for (Prefix prefix : signed.content().prefixes()) {
                if (config.poolOf(prefix).isEmpty()) {
                    throw new RecordException(
                            RecordProblem.PREFIX_OUTSIDE_POOL, prefix + " is no node's prefix of a pool");
                }
            }
        }
        return signed;
    }

    /** Throws unless the membership is valid now. */
    public static void requireValid(Member member, Instant now) throws RecordException {
        if (member.role() == Role.REVOKED) {
            throw new RecordException(RecordProblem.NOT_A_MEMBER, "the membership was revoked");
        }
        if (now.isBefore(member.notBefore())) {
            throw new RecordException(RecordProblem.NOT_YET_VALID, "valid from " + member.notBefore());
        }
        if (!now.isBefore(member.notAfter())) {
            throw new RecordException(RecordProblem.EXPIRED, "valid until " + member.notAfter());
        }
    }

    /**
     * What a node says of itself.
     *
     * @param member the node's accepted membership; empty: it has none
     * @param owners of the WireGuard keys
     */
    public Signed<Node> node(String key, byte[] value, Optional<Member> member, KeyOwners owners)
            throws RecordException {
        Signed<Node> signed = open(Kind.NODE, Node.class, key, value, identity(member));
        Node node = signed.content();
        requireKey(node, node.wireGuard(), owners);
        if (node.next().isPresent()) {
            requireKey(node, node.next().get(), owners);
        }
        return accept(signed);
    }

    private static void requireKey(Node node, Key key, KeyOwners owners) throws RecordException {
        if (LowOrder.contains(key)) {
            throw new RecordException(RecordProblem.LOW_ORDER_KEY, "the key is a point of low order");
        }
        requireOwner(node, key, owners);
    }

    /** Refuses a node's key that is the reader's own, or another node's. */
    public static void requireOwner(Node node, Key key, KeyOwners owners) throws RecordException {
        if (owners.isOwn(key)) {
            throw new RecordException(RecordProblem.OWN_KEY, "the key is this node's own");
        }
        Optional<String> other = owners.owner(key).filter(owner -> !owner.equals(node.name()));
        if (other.isPresent()) {
            throw new RecordException(RecordProblem.DUPLICATE_KEY, "the key is that of " + other.get());
        }
    }

    /** A gateway that lives. Its serial is not kept: it says that the gateway lived, and lasts as its lease does. */
    public Signed<Gateway> gateway(String key, byte[] value, Optional<Member> member) throws RecordException {
        Signed<Gateway> signed = open(Kind.GATEWAY, Gateway.class, key, value, identity(member));
        boolean isGateway = member.filter(found -> found.role() == Role.GATEWAY
                        && found.region()
                                .orElse(Topology.DEFAULT_REGION)
                                .equals(signed.content().region()))
                .isPresent();
        if (!isGateway) {
            throw new RecordException(RecordProblem.NOT_A_MEMBER, "the node is no gateway of the region");
        }
        return signed;
    }

    /** Who has an index, for the enroller. */
    public Signed<Allocation> allocation(String key, byte[] value, Config config) throws RecordException {
        return accept(open(Kind.ALLOCATION, Allocation.class, key, value, enrolmentKeys(config)));
    }

    /** Both the pins and the configuration must name a key: each can take one out of use. */
    private List<Key> enrolmentKeys(Config config) {
        return config.enrolmentKeys().stream().filter(pinned::contains).toList();
    }

    private static List<Key> identity(Optional<Member> member) throws RecordException {
        if (member.isEmpty()) {
            throw new RecordException(RecordProblem.NOT_A_MEMBER, "the node has no valid membership");
        }
        return List.of(member.get().identity());
    }

    private <T extends Content> Signed<T> open(
            Kind kind, Class<T> type, String key, byte[] value, Collection<Key> signers) throws RecordException {
        Envelope envelope = Envelope.decode(value);
        if (!signers.contains(envelope.signer())) {
            throw new RecordException(RecordProblem.UNKNOWN_SIGNER, "signed by a key that may not");
        }
        if (!Ed25519.verifies(envelope)) {
            throw new RecordException(RecordProblem.BAD_SIGNATURE, "the signature does not match");
        }
        Content content = Contents.parse(kind, envelope.signed());
        if (!content.network().equals(network)) {
            throw new RecordException(RecordProblem.WRONG_NETWORK, "a record of another network");
        }
        if (!content.key().equals(key)) {
            throw new RecordException(RecordProblem.WRONG_NAME, "the record is that of another key");
        }
        if (kind != Kind.GATEWAY) {
            Optional<RecordProblem> problem = serials.check(key, content.serial(), envelope.signed());
            if (problem.isPresent()) {
                throw new RecordException(
                        problem.get(), "serial " + content.serial() + " after " + serials.highest(key));
            }
        }
        return new Signed<>(type.cast(content), envelope);
    }

    private <T extends Content> Signed<T> accept(Signed<T> signed) {
        serials.accept(
                signed.content().key(),
                signed.content().serial(),
                signed.envelope().signed());
        return signed;
    }
}
