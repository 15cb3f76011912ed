// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Records;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.EtcdProcess;
import io.culvert.overlay.store.EtcdSettings;
import io.culvert.overlay.store.EtcdStore;
import io.culvert.overlay.store.Listing;
import io.culvert.overlay.store.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever etcd's root writes, a node that reads the network believes what it believed before. */
class TakenOverStoreTest {
    private static final Instant NOW = Instant.parse("2026-02-01T00:00:00Z");

    @TempDir
    private Path directory;

    private final SigningKey enrolment = SigningKey.generate();
    private final SigningKey one = SigningKey.generate();
    private final SigningKey two = SigningKey.generate();
    private final Map<String, byte[]> genuine = new TreeMap<>();
    private EtcdProcess etcd;
    private ThreadLoop loop;
    private EtcdStore root;

    @BeforeEach
    void start() throws Exception {
        etcd = EtcdProcess.start();
        loop = new ThreadLoop("root", failure -> {});
        root = EtcdStore.connect(
                new EtcdSettings(List.of(etcd.client()), Optional.empty(), Optional.empty(), Optional.empty()), loop);
        publish(enrolment, Records.config(10, List.of(enrolment.publicKey())));
        publish(enrolment, Records.member("n1", 10, one.publicKey(), 1));
        publish(enrolment, Records.member("n2", 10, two.publicKey(), 2));
        publish(one, Records.node("n1", 10, Records.key(9)));
        publish(two, Records.node("n2", 10, Records.key(11)));
    }

    @AfterEach
    void stop() throws Exception {
        if (root != null) {
            await(() -> {
                root.close();
                return CompletableFuture.completedFuture(null);
            });
            loop.close();
            etcd.close();
        }
    }

    private <T> T await(Supplier<CompletableFuture<T>> request) throws Exception {
        return CompletableFuture.supplyAsync(request, loop::execute)
                .thenCompose(answer -> answer)
                .get(60, TimeUnit.SECONDS);
    }

    private void write(String key, byte[] value) throws Exception {
        await(() -> root.commit(Transaction.builder().put(key, value).build()));
    }

    private static byte[] signed(SigningKey key, Content content) {
        return key.sign(content).envelope().encode();
    }

    private void publish(SigningKey key, Content content) throws Exception {
        genuine.put(content.key(), signed(key, content));
        write(content.key(), genuine.get(content.key()));
    }

    /** What a node believes: a record that is refused leaves the old one. */
    private final Map<String, Content> believed = new TreeMap<>();

    /** Lists everything, with the serials on disk; returns why records are refused. */
    private Map<String, String> read() throws Exception {
        Serials serials = Serials.open(directory.resolve("serials"));
        Verifier verifier = new Verifier(Records.NET, List.of(enrolment.publicKey()), serials);
        Map<String, String> refused = new TreeMap<>();
        List<Entry> entries =
                await(() -> Listing.of(root, Keys.network(Records.NET), false)).entries();
        for (Kind kind : List.of(Kind.CONFIG, Kind.MEMBER, Kind.NODE)) {
            for (Entry entry : entries) {
                if (Keys.kindOf(Records.NET, entry.key()).equals(Optional.of(kind))) {
                    try {
                        believed.put(entry.key(), accept(verifier, kind, entry, believed));
                    } catch (RecordException e) {
                        refused.put(entry.key(), e.problem().label());
                    }
                }
            }
        }
        serials.flush();
        return refused;
    }

    private static Content accept(Verifier verifier, Kind kind, Entry entry, Map<String, Content> accepted)
            throws RecordException {
        Config config = (Config) accepted.get(Keys.config(Records.NET));
        String name = entry.key().substring(entry.key().lastIndexOf('/') + 1);
        return switch (kind) {
            case CONFIG -> verifier.config(entry.key(), entry.value()).content();
            case MEMBER ->
                verifier.member(entry.key(), entry.value(), config, NOW).content();
            default -> {
                Member member = (Member) accepted.get("/culvert/v1/net/lab/member/" + name);
                yield verifier.node(entry.key(), entry.value(), Optional.ofNullable(member), owners(accepted))
                        .content();
            }
        };
    }

    private static KeyOwners owners(Map<String, Content> accepted) {
        Map<Key, String> owners = new HashMap<>();
        for (Content content : accepted.values()) {
            if (content instanceof Node node) {
                owners.put(node.wireGuard(), node.name());
            }
        }
        return new KeyOwners() {
            @Override
            public boolean isOwn(Key key) {
                return false;
            }

            @Override
            public Optional<String> owner(Key key) {
                return Optional.ofNullable(owners.get(key));
            }
        };
    }

    private void attack(String key, byte[] value, String reason) throws Exception {
        assertThat(read()).isEmpty();
        Map<String, Content> before = new TreeMap<>(believed);
        assertThat(before).hasSize(genuine.size());
        write(key, value);
        assertThat(read()).as("%s: %s", reason, key).isEqualTo(Map.of(key, reason));
        assertThat(believed).isEqualTo(before);
        if (genuine.containsKey(key)) {
            write(key, genuine.get(key));
        } else {
            await(() -> root.commit(Transaction.builder().delete(key).build()));
        }
    }

    private static String member(String node) {
        return Keys.member(Records.NET, node);
    }

    private static String node(String node) {
        return Keys.node(Records.NET, node);
    }

    @Test
    void forgedRecordsAreRefused() throws Exception {
        SigningKey attacker = SigningKey.generate();
        Member invented = Records.member("n3", 11, attacker.publicKey(), 3);
        attack(member("n3"), signed(attacker, invented), "unknown_signer");
        attack(member("n3"), signed(one, invented), "unknown_signer");
        attack(node("n1"), signed(attacker, Records.node("n1", 11, Records.key(12))), "unknown_signer");
        attack(node("n1"), signed(two, Records.node("n1", 11, Records.key(12))), "unknown_signer");
        Envelope forged = attacker.sign(invented).envelope();
        attack(
                member("n3"),
                new Envelope(forged.signed(), enrolment.publicKey(), forged.signature()).encode(),
                "bad_signature");
        Envelope original = Envelope.decode(genuine.get(member("n1")));
        String moved = new String(original.signed()).replace("10.64.1.0/24", "10.64.2.0/24");
        attack(
                member("n1"),
                new Envelope(moved.getBytes(), original.signer(), original.signature()).encode(),
                "bad_signature");
        attack(
                Keys.config(Records.NET),
                signed(attacker, Records.config(11, List.of(attacker.publicKey()))),
                "unknown_signer");
        attack(node("n1"), new byte[] {0}, "malformed");
        attack(node("n1"), new byte[100_000], "too_large");
    }

    @Test
    void replayedRecordsAreRefused() throws Exception {
        for (Content old : List.of(
                Records.config(9, List.of(enrolment.publicKey())), Records.member("n1", 9, one.publicKey(), 7))) {
            attack(old.key(), signed(enrolment, old), "serial_went_back");
        }
        attack(node("n1"), signed(one, Records.node("n1", 9, Records.key(13))), "serial_went_back");
        attack(node("n1"), signed(one, Records.node("n1", 10, Records.key(13))), "serial_reused");
        attack(member("n1"), signed(enrolment, Records.member("n1", 10, one.publicKey(), 7)), "serial_reused");
    }

    @Test
    void swappedAndMovedRecordsAreRefused() throws Exception {
        attack(member("n1"), genuine.get(member("n2")), "wrong_name");
        attack(member("n3"), genuine.get(member("n2")), "wrong_name");
        attack(node("n1"), genuine.get(node("n2")), "unknown_signer");
        attack(node("n1"), genuine.get(member("n1")), "unknown_signer");
        attack(Keys.config(Records.NET), genuine.get(member("n1")), "wrong_kind");
        attack(member("n1"), genuine.get(Keys.config(Records.NET)), "wrong_kind");
        attack(node("n3"), genuine.get(node("n2")), "not_a_member");
    }

    /** Two members may not share a key: the one that was there stays. */
    @Test
    void aMemberCannotTakeAnothersKey() throws Exception {
        attack(node("n2"), signed(two, Records.node("n2", 11, Records.key(9))), "duplicate_key");
    }
}
