// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.ipam.Allocator;
import io.culvert.overlay.ipam.Claim;
import io.culvert.overlay.ipam.ClaimException;
import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Signed;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.trust.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/** Writes a network's configuration and memberships, signed by the enrolment key. Used on the store's loop. */
final class Registry {
    /** Memberships begin so long before they are made, as certificates do: a node's clock may be behind. */
    private static final Duration BACKDATED = Duration.ofMinutes(10);

    private final Store store;
    private final Loop loop;
    private final String network;
    private final SigningKey key;
    private final Verifier verifier;
    private final Serials serials;
    private final Allocator allocator;
    /** Of the transaction that is under way: one at a time. */
    private final List<Signed<?>> written = new ArrayList<>();

    Registry(Store store, Loop loop, String network, SigningKey key, Verifier verifier, Serials serials) {
        this.store = store;
        this.loop = loop;
        this.network = network;
        this.key = key;
        this.verifier = verifier;
        this.serials = serials;
        allocator = new Allocator(store, RandomGenerator.getDefault());
    }

    private static <T> CompletableFuture<T> failed(String message) {
        return CompletableFuture.failedFuture(new EnrolmentException(message));
    }

    private Instant now() {
        return loop.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** The network's configuration, verified. */
    CompletableFuture<Config> config() {
        return store.get(Keys.config(network)).thenCompose(entry -> {
            if (entry.isEmpty()) {
                return failed("the store has no network " + network + ": make it by culvert overlay init");
            }
            try {
                return CompletableFuture.completedFuture(
                        verifier.config(entry.get().key(), entry.get().value()).content());
            } catch (RecordException e) {
                return failed(refused("the configuration of " + network, e));
            }
        });
    }

    static String refused(String what, RecordException e) {
        return what + " in the store is refused (" + e.problem().label() + ": " + e.getMessage()
                + "): look who wrote it, and repair it from a backup";
    }

    /**
     * Writes a configuration; its serial is set here.
     *
     * @param update whether there must be one already, or must be none
     */
    CompletableFuture<Config> publish(Config wanted, boolean update) {
        return store.get(Keys.config(network)).thenCompose(entry -> {
            if (entry.isPresent() != update) {
                return failed(
                        update
                                ? "the store has no network " + network + ": make it by culvert overlay init"
                                : "the store has the network " + network + " already; --update changes it");
            }
            Config config = new Config(
                    network,
                    serials.next(Keys.config(network), 0, now()),
                    wanted.pools(),
                    wanted.topology(),
                    wanted.limits(),
                    wanted.enrolmentKeys());
            written.clear();
            Transaction.Builder transaction = Transaction.builder();
            condition(transaction, Keys.config(network), entry);
            put(transaction, config);
            return commit(transaction, "the configuration of " + network).thenApply(committed -> config);
        });
    }

    private static void condition(Transaction.Builder transaction, String key, Optional<Entry> present) {
        present.ifPresentOrElse(
                entry -> transaction.ifUnchanged(key, entry.modRevision()), () -> transaction.ifAbsent(key));
    }

    private void put(Transaction.Builder transaction, Content content) {
        Signed<?> signed = key.sign(content);
        written.add(signed);
        transaction.put(content.key(), signed.envelope().encode());
    }

    private void accept() {
        written.forEach(serials::accept);
        written.clear();
    }

    private CompletableFuture<Void> commit(Transaction.Builder transaction, String what) {
        return store.commit(transaction.build()).thenCompose(committed -> {
            if (!committed) {
                return failed(what + " was changed by another enroller meanwhile: try again");
            }
            accept();
            return CompletableFuture.completedFuture(null);
        });
    }

    /** What is to be enrolled. */
    record Applicant(String node, Key identity, Map<String, String> labels, Role role) {}

    /** Makes a node a member, with prefixes of the first pool that has some. */
    CompletableFuture<Member> enrol(Config config, Applicant applicant) {
        return store.get(Keys.member(network, applicant.node)).thenCompose(entry -> {
            Instant now = now();
            if (entry.isPresent()) {
                Optional<Member> present = read(config, entry.get());
                if (present.isEmpty()) {
                    return failed("the member record of " + applicant.node + " in the store is refused:"
                            + " see culvert overlay verify " + network);
                }
                if (present.get().role() != Role.REVOKED
                        && now.isBefore(present.get().notAfter())) {
                    return failed(applicant.node + " is a member of " + network + " already, until "
                            + present.get().notAfter() + ": renew prolongs that, and revoke ends it");
                }
            }
            return claim(config, 0, applicant, entry, now);
        });
    }

    private CompletableFuture<Member> claim(
            Config config, int pool, Applicant applicant, Optional<Entry> present, Instant now) {
        MemberClaim claim = new MemberClaim(config, config.pools().get(pool), applicant, present, now);
        return allocator
                .claim(claim)
                .thenApply(index -> {
                    accept();
                    return claim.member;
                })
                .exceptionallyCompose(failure -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    boolean next = cause instanceof ClaimException full
                            && full.reason() == ClaimException.Reason.FULL
                            && pool + 1 < config.pools().size();
                    return next
                            ? claim(config, pool + 1, applicant, present, now)
                            : CompletableFuture.failedFuture(cause);
                });
    }

    /** The claim of a node's index, with the membership that it makes. */
    private final class MemberClaim implements Claim {
        private final Config config;
        private final Pool pool;
        private final Applicant applicant;
        private final Optional<Entry> present;
        private final Instant now;
        private Member member;

        private MemberClaim(Config config, Pool pool, Applicant applicant, Optional<Entry> present, Instant now) {
            this.config = config;
            this.pool = pool;
            this.applicant = applicant;
            this.present = present;
            this.now = now;
        }

        @Override
        public String network() {
            return network;
        }

        @Override
        public Pool pool() {
            return pool;
        }

        @Override
        public String node() {
            return applicant.node;
        }

        @Override
        public String memberKey() {
            return Keys.member(network, applicant.node);
        }

        @Override
        public Optional<Entry> member() {
            return present;
        }

        @Override
        public Optional<Long> formerIndex() {
            return present.flatMap(entry -> Registry.this.read(config, entry))
                    .flatMap(former -> pool.indexOf(former.prefixes().getFirst()));
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public Optional<Allocation> read(Entry entry) {
            try {
                return Optional.of(
                        verifier.allocation(entry.key(), entry.value(), config).content());
            } catch (RecordException e) {
                return Optional.empty();
            }
        }

        @Override
        public boolean wasSeen(String allocationKey) {
            return serials.highest(allocationKey) > 0;
        }

        @Override
        public Transaction.Builder write(Transaction.Builder transaction, long index, Optional<Entry> before) {
            written.clear();
            member = new Member(
                    network,
                    applicant.node,
                    serials.next(memberKey(), 0, now),
                    applicant.identity,
                    pool.at(index),
                    applicant.labels,
                    applicant.role,
                    now.minus(BACKDATED),
                    now.plus(life(config)));
            put(transaction, member);
            put(transaction, allocation(config, pool, index, applicant.node, member.notAfter()));
            return transaction;
        }
    }

    private static Duration life(Config config) {
        return Duration.ofDays(config.limits().memberDays());
    }

    /** An index rests for twice a membership's life after the membership's end. */
    private Allocation allocation(Config config, Pool pool, long index, String node, Instant end) {
        String allocationKey = Keys.allocation(network, pool.name(), index);
        Instant freeAfter = end.plus(life(config).multipliedBy(2));
        return new Allocation(network, pool.name(), index, serials.next(allocationKey, 0, now()), node, freeAfter);
    }

    /** A member record as it is in the store, whatever its validity; empty if it cannot be believed. */
    Optional<Member> read(Config config, Entry entry) {
        try {
            return Optional.of(
                    verifier.memberAtAnyTime(entry.key(), entry.value(), config).content());
        } catch (RecordException e) {
            return Optional.empty();
        }
    }

    /** How a membership is written anew. */
    enum Change {
        /** Valid for another life from now, signed by the present key. */
        RENEW,
        /** Ended; its index rests from now. */
        REVOKE,
        /** As it is, signed by the present key. */
        SIGN
    }

    /** Writes a node's membership and allocation anew. */
    CompletableFuture<Member> change(Config config, String node, Change change) {
        return store.get(Keys.member(network, node)).thenCompose(entry -> {
            if (entry.isEmpty()) {
                return failed(node + " is no member of " + network);
            }
            Optional<Member> present = read(config, entry.get());
            if (present.isEmpty()) {
                return failed("the member record of " + node + " in the store is refused: see culvert overlay verify "
                        + network);
            }
            if (present.get().role() == Role.REVOKED && change != Change.SIGN) {
                return failed(node + " is no member of " + network + " any more: it was revoked");
            }
            return write(config, present.get(), entry.get(), change);
        });
    }

    private CompletableFuture<Member> write(Config config, Member old, Entry entry, Change change) {
        Instant now = now();
        Member member = new Member(
                network,
                old.name(),
                serials.next(old.key(), old.serial(), now),
                old.identity(),
                old.prefixes(),
                old.labels(),
                change == Change.REVOKE ? Role.REVOKED : old.role(),
                change == Change.RENEW ? now.minus(BACKDATED) : old.notBefore(),
                switch (change) {
                    case RENEW -> now.plus(life(config));
                    case REVOKE -> later(now, old.notBefore().plusSeconds(1));
                    case SIGN -> old.notAfter();
                });
        Prefix first = member.prefixes().getFirst();
        Optional<Pool> pool = config.poolOf(first);
        written.clear();
        Transaction.Builder transaction = Transaction.builder().ifUnchanged(entry.key(), entry.modRevision());
        put(transaction, member);
        pool.ifPresent(found -> put(
                transaction,
                allocation(config, found, found.indexOf(first).orElseThrow(), member.name(), member.notAfter())));
        return commit(transaction, "the membership of " + member.name()).thenApply(committed -> member);
    }

    /** Whether a membership has been over for twice its life: its records are of no use to anyone. */
    boolean isForgotten(Config config, Member member) {
        return !now().isBefore(member.notAfter().plus(life(config).multipliedBy(2)));
    }

    /** Deletes the records of a node whose membership {@link #isForgotten}: were they written again, they are over. */
    CompletableFuture<Void> forget(Member member, Entry entry) {
        written.clear();
        return commit(
                Transaction.builder()
                        .ifUnchanged(entry.key(), entry.modRevision())
                        .delete(member.key())
                        .delete(Keys.node(network, member.name())),
                "the membership of " + member.name());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
