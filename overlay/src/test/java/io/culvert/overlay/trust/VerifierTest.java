// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.record.Records;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A store that was taken over can neither invent nor change nor bring back a record. */
class VerifierTest {
    private static final Instant NOW = Instant.parse("2026-02-01T00:00:00Z");
    private static final Key WIREGUARD = Records.key(9);

    private final SigningKey enrolment = SigningKey.generate();
    private final SigningKey identity = SigningKey.generate();
    private final SigningKey outsider = SigningKey.generate();
    private final Serials serials = Serials.inMemory();
    private final Verifier verifier = new Verifier(Records.NET, List.of(enrolment.publicKey()), serials);
    private final Config config = Records.config(1, List.of(enrolment.publicKey()));
    private final Member member = Records.member("n1", 1, identity.publicKey(), 5);

    private static byte[] signed(SigningKey key, Content content) {
        return key.sign(content).envelope().encode();
    }

    private void assertRefused(RecordProblem problem, ThrowingCallable call) {
        int before = serials.size();
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.problem()).isEqualTo(problem));
        assertThat(serials.size()).isEqualTo(before);
    }

    private Member member(byte[] value) throws RecordException {
        return verifier.member(member.key(), value, config, NOW).content();
    }

    private Node node(byte[] value) throws RecordException {
        return verifier.node(Keys.node(Records.NET, "n1"), value, Optional.of(member), KeyOwners.NONE)
                .content();
    }

    @Test
    void goodRecordsAreAccepted() throws Exception {
        assertThat(verifier.config(config.key(), signed(enrolment, config)).content())
                .isEqualTo(config);
        assertThat(member(signed(enrolment, member))).isEqualTo(member);
        Node node = Records.node("n1", 1, WIREGUARD);
        assertThat(node(signed(identity, node))).isEqualTo(node);
        assertThat(node(signed(identity, node))).as("again").isEqualTo(node);
    }

    /** Whatever single bit is changed, the record is refused. */
    @Test
    void noBitCanBeChanged() {
        byte[] value = signed(enrolment, member);
        for (int bit = 0; bit < value.length * 8; bit++) {
            byte[] changed = value.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> member(changed)).as("bit %d", bit).isInstanceOf(RecordException.class);
        }
        assertThat(serials.size()).isZero();
    }

    @Test
    void onlyThePinnedKeySignsMembers() {
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> member(signed(outsider, member)));
        Envelope forged = outsider.sign(member).envelope();
        byte[] renamed = new Envelope(forged.signed(), enrolment.publicKey(), forged.signature()).encode();
        assertRefused(RecordProblem.BAD_SIGNATURE, () -> member(renamed));
        Config other = Records.config(1, List.of(outsider.publicKey()));
        byte[] value = signed(outsider, member);
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> verifier.member(member.key(), value, other, NOW));
    }

    @Test
    void onlyThePinnedKeySignsTheConfiguration() {
        Config forged = Records.config(9, List.of(outsider.publicKey()));
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> verifier.config(config.key(), signed(outsider, forged)));
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> verifier.config(config.key(), signed(enrolment, forged)));
    }

    @Test
    void onlyTheNodesOwnKeySignsItsRecord() {
        Node node = Records.node("n1", 1, WIREGUARD);
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> node(signed(outsider, node)));
        assertRefused(RecordProblem.UNKNOWN_SIGNER, () -> node(signed(enrolment, node)));
        assertRefused(
                RecordProblem.NOT_A_MEMBER,
                () -> verifier.node(node.key(), signed(identity, node), Optional.empty(), KeyOwners.NONE));
    }

    @Test
    void aSignatureOfOtherTextMeansNothing() throws Exception {
        java.security.KeyPairGenerator generator = java.security.KeyPairGenerator.getInstance("Ed25519");
        java.security.KeyPair pair = generator.generateKeyPair();
        java.security.Signature signature = java.security.Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(member.toJson().getBytes());
        Envelope plain = new Envelope(member.toJson().getBytes(), Ed25519.key(pair.getPublic()), signature.sign());
        assertThat(Ed25519.verifies(plain)).as("signed without the context").isFalse();
    }

    @Test
    void movedAndSwappedRecordsAreRefused() {
        byte[] value = signed(enrolment, member);
        assertRefused(
                RecordProblem.WRONG_NAME, () -> verifier.member(Keys.member(Records.NET, "n2"), value, config, NOW));
        assertRefused(
                RecordProblem.WRONG_KIND,
                () -> verifier.allocation(Keys.allocation(Records.NET, "main", 5), value, config));
        Member elsewhere = new Member(
                "other",
                "n1",
                1,
                identity.publicKey(),
                member.prefixes(),
                Map.of(),
                Role.NODE,
                Records.BEGIN,
                Records.END);
        assertRefused(RecordProblem.WRONG_NETWORK, () -> member(signed(enrolment, elsewhere)));
        Member sameKey = Records.member("n2", 1, identity.publicKey(), 6);
        assertRefused(
                RecordProblem.WRONG_NAME,
                () -> verifier.node(
                        Keys.node(Records.NET, "n2"),
                        signed(identity, Records.node("n1", 1, WIREGUARD)),
                        Optional.of(sameKey),
                        KeyOwners.NONE));
    }

    @Test
    void serialsOnlyRise() throws Exception {
        member(signed(enrolment, Records.member("n1", 5, identity.publicKey(), 5)));
        assertRefused(
                RecordProblem.SERIAL_WENT_BACK,
                () -> member(signed(enrolment, Records.member("n1", 4, identity.publicKey(), 5))));
        assertRefused(
                RecordProblem.SERIAL_REUSED,
                () -> member(signed(enrolment, Records.member("n1", 5, identity.publicKey(), 6))));
        member(signed(enrolment, Records.member("n1", 5, identity.publicKey(), 5)));
        member(signed(enrolment, Records.member("n1", 6, identity.publicKey(), 5)));
        node(signed(identity, Records.node("n1", 7, WIREGUARD)));
        assertRefused(
                RecordProblem.SERIAL_WENT_BACK, () -> node(signed(identity, Records.node("n1", 6, Records.key(10)))));
    }

    @Test
    void aMembershipIsValidFromItsBeginToItsEnd() throws Exception {
        byte[] value = signed(enrolment, member);
        assertRefused(
                RecordProblem.NOT_YET_VALID,
                () -> verifier.member(member.key(), value, config, Records.BEGIN.minusSeconds(1)));
        verifier.member(member.key(), value, config, Records.BEGIN);
        verifier.member(member.key(), value, config, Records.END.minusSeconds(1));
        assertRefused(RecordProblem.EXPIRED, () -> verifier.member(member.key(), value, config, Records.END));
    }

    @Test
    void aRevokedMembershipSupersedesTheOneBefore() throws Exception {
        member(signed(enrolment, member));
        Member revoked = new Member(
                Records.NET,
                "n1",
                2,
                identity.publicKey(),
                member.prefixes(),
                Map.of(),
                Role.REVOKED,
                Records.BEGIN,
                Records.BEGIN.plusSeconds(1));
        assertThat(member(signed(enrolment, revoked)).role()).isEqualTo(Role.REVOKED);
        assertRefused(RecordProblem.SERIAL_WENT_BACK, () -> member(signed(enrolment, member)));
    }

    @Test
    void prefixesLieInThePools() {
        for (String prefix : List.of(
                "10.0.0.0/24", "10.64.0.0/16", "10.64.0.0/25", "192.168.0.0/24", "0.0.0.0/0", "::/0", "fd00:65::/64")) {
            Member outside = new Member(
                    Records.NET,
                    "n1",
                    1,
                    identity.publicKey(),
                    List.of(member.prefixes().getFirst(), Prefix.of(prefix)),
                    Map.of(),
                    Role.NODE,
                    Records.BEGIN,
                    Records.END);
            assertRefused(RecordProblem.PREFIX_OUTSIDE_POOL, () -> member(signed(enrolment, outside)));
        }
    }

    @Test
    void keysOfLowOrderAreRefused() {
        List<String> points = List.of(
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        for (String hex : points) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            for (int highest : new int[] {0, 0x80}) {
                byte[] key = bytes.clone();
                key[31] |= (byte) highest;
                assertRefused(
                        RecordProblem.LOW_ORDER_KEY, () -> node(signed(identity, Records.node("n1", 1, new Key(key)))));
                Node next = new Node(Records.NET, "n1", 1, WIREGUARD, Optional.of(new Key(key)), List.of());
                assertRefused(RecordProblem.LOW_ORDER_KEY, () -> node(signed(identity, next)));
            }
        }
    }

    @Test
    void theReadersOwnKeyAndAnothersAreRefused() throws Exception {
        KeyOwners owners = new KeyOwners() {
            @Override
            public boolean isOwn(Key key) {
                return key.equals(Records.key(20));
            }

            @Override
            public Optional<String> owner(Key key) {
                return key.equals(Records.key(21))
                        ? Optional.of("n2")
                        : Optional.of("n1").filter(name -> key.equals(WIREGUARD));
            }
        };
        String at = Keys.node(Records.NET, "n1");
        assertRefused(
                RecordProblem.OWN_KEY,
                () -> verifier.node(
                        at, signed(identity, Records.node("n1", 1, Records.key(20))), Optional.of(member), owners));
        assertRefused(
                RecordProblem.DUPLICATE_KEY,
                () -> verifier.node(
                        at, signed(identity, Records.node("n1", 1, Records.key(21))), Optional.of(member), owners));
        verifier.node(at, signed(identity, Records.node("n1", 1, WIREGUARD)), Optional.of(member), owners);
    }

    @Test
    void onlyAGatewayOfTheRegionLivesThere() throws Exception {
        Member gateway = new Member(
                Records.NET,
                "n1",
                1,
                identity.publicKey(),
                member.prefixes(),
                Map.of(Topology.REGION, "eu"),
                Role.GATEWAY,
                Records.BEGIN,
                Records.END);
        Gateway alive = new Gateway(Records.NET, "eu", "n1", 1);
        verifier.gateway(alive.key(), signed(identity, alive), Optional.of(gateway));
        Gateway elsewhere = new Gateway(Records.NET, "us", "n1", 1);
        assertRefused(
                RecordProblem.NOT_A_MEMBER,
                () -> verifier.gateway(elsewhere.key(), signed(identity, elsewhere), Optional.of(gateway)));
        assertRefused(
                RecordProblem.NOT_A_MEMBER,
                () -> verifier.gateway(alive.key(), signed(identity, alive), Optional.of(member)));
    }

    @Test
    void aRecordThatIsTooLargeIsRefused() {
        byte[] value = Arrays.copyOf(signed(enrolment, member), Envelope.MAX_BYTES + 1);
        assertRefused(RecordProblem.TOO_LARGE, () -> member(value));
    }

    /** While the key is rotated both sign; then only the new one does, even where the old one is still pinned. */
    @Test
    void aKeyThatTheConfigurationDropsSignsNoMore() throws Exception {
        SigningKey next = SigningKey.generate();
        Verifier both = new Verifier(Records.NET, List.of(enrolment.publicKey(), next.publicKey()), Serials.inMemory());
        Config during = Records.config(2, List.of(enrolment.publicKey(), next.publicKey()));
        both.config(during.key(), signed(enrolment, during));
        both.member(member.key(), signed(enrolment, member), during, NOW);
        Config after = Records.config(3, List.of(next.publicKey()));
        both.config(after.key(), signed(next, after));
        byte[] old = signed(enrolment, Records.member("n1", 9, identity.publicKey(), 5));
        assertThatThrownBy(() -> both.member(member.key(), old, after, NOW))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.problem()).isEqualTo(RecordProblem.UNKNOWN_SIGNER));
    }
}
