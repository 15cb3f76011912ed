// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.ipam;

import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Listing;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/**
 * Claims an index of a pool for a node: a /24 and a single address are the same to it.
 *
 * <p>It lists the pool's allocations, chooses the lowest index that was never given, or else the one that has rested
 * longest, and writes it together with the node's member record, under the condition that neither changed since
 * (create revision 0 where there was none). If another enroller was faster, it lists again and chooses at random among
 * the first free ones. An index rests until its allocation's {@link Allocation#freeAfter}; the node that had it last
 * need not wait.
 */
public final class Allocator {
    private static final int MAX_ATTEMPTS = 30;
    /** Among so many free indexes more with each attempt the next one is chosen. */
    private static final int SPREAD = 16;

    private final Store store;
    private final RandomGenerator random;

    /** Used on the store's loop. */
    public Allocator(Store store, RandomGenerator random) {
        this.store = store;
        this.random = random;
    }

    /** An index that can be claimed, with what is at its key. */
    private record Candidate(long index, Optional<Entry> present) {}

    /**
     * Claims an index.
     *
     * @return the index; it fails with a {@link ClaimException} or a {@link StoreException}, after which nothing was
     *     claimed unless the store became unreachable
     */
    public CompletableFuture<Long> claim(Claim claim) {
        return attempt(claim, 1);
    }

    private CompletableFuture<Long> attempt(Claim claim, int attempt) {
        String prefix = Keys.allocations(claim.network(), claim.pool().name());
        return Listing.of(store, prefix, false).thenCompose(listing -> {
            Optional<Candidate> candidate = choose(claim, listing, attempt);
            return candidate.isPresent()
                    ? write(claim, candidate.get(), attempt)
                    : failed(ClaimException.Reason.FULL, full(claim, listing));
        });
    }

    private Optional<Candidate> choose(Claim claim, Listing listing, int attempt) {
        Map<String, Entry> present = new HashMap<>();
        listing.entries().forEach(entry -> present.put(entry.key(), entry));
        Optional<Candidate> own = claim.formerIndex()
                .flatMap(index -> Optional.ofNullable(present.get(key(claim, index)))
                        .filter(entry -> isFormer(claim, entry, index))
                        .map(entry -> new Candidate(index, Optional.of(entry))));
        if (own.isPresent()) {
            return own;
        }
        int wanted = attempt == 1 ? 1 : SPREAD * attempt;
        List<Candidate> free = new ArrayList<>();
        for (long i = claim.pool().firstIndex(); i <= claim.pool().lastIndex() && free.size() < wanted; i++) {
            if (!present.containsKey(key(claim, i)) && !claim.wasSeen(key(claim, i))) {
                free.add(new Candidate(i, Optional.empty()));
            }
        }
        if (free.isEmpty()) {
            List<Candidate> rested = rested(claim, listing);
            free.addAll(rested.subList(0, Math.min(wanted, rested.size())));
        }
        return free.isEmpty() ? Optional.empty() : Optional.of(free.get(random.nextInt(free.size())));
    }

    private static String key(Claim claim, long index) {
        return Keys.allocation(claim.network(), claim.pool().name(), index);
    }

    private static boolean isFormer(Claim claim, Entry entry, long index) {
        return claim.read(entry)
                .filter(found -> found.index() == index && found.node().equals(claim.node()))
                .isPresent();
    }

    /** The indexes that have rested, the longest first. Only a pool that is used up needs to read its allocations. */
    private static List<Candidate> rested(Claim claim, Listing listing) {
        Map<Candidate, Instant> since = new HashMap<>();
        for (Entry entry : listing.entries()) {
            Optional<Allocation> read = claim.read(entry).filter(found -> isInside(claim.pool(), found.index()));
            boolean isFree = read.filter(found ->
                            found.node().equals(claim.node()) || !claim.now().isBefore(found.freeAfter()))
                    .isPresent();
            if (isFree) {
                since.put(
                        new Candidate(read.get().index(), Optional.of(entry)),
                        read.get().freeAfter());
            }
        }
        List<Candidate> rested = new ArrayList<>(since.keySet());
        rested.sort(Comparator.<Candidate, Instant>comparing(since::get).thenComparing(Candidate::index));
        return rested;
    }

    private static boolean isInside(Pool pool, long index) {
        return index >= pool.firstIndex() && index <= pool.lastIndex();
    }

    private static String full(Claim claim, Listing listing) {
        Optional<Instant> next = listing.entries().stream()
                .flatMap(entry -> claim.read(entry).stream())
                .map(Allocation::freeAfter)
                .min(Comparator.naturalOrder());
        return "the pool " + claim.pool().name() + " (" + claim.pool().prefix() + ") has no free prefix of length "
                + claim.pool().nodeLength() + ": all "
                + (claim.pool().lastIndex() - claim.pool().firstIndex() + 1) + " are taken or rest"
                + next.map(time -> ", the first one until " + time).orElse("")
                + "; revoke nodes that are gone, or add a pool";
    }

    private CompletableFuture<Long> write(Claim claim, Candidate candidate, int attempt) {
        Transaction.Builder builder = Transaction.builder();
        unchanged(builder, key(claim, candidate.index), candidate.present);
        unchanged(builder, claim.memberKey(), claim.member());
        Transaction transaction =
                claim.write(builder, candidate.index, candidate.present).build();
        return store.commit(transaction)
                .exceptionallyCompose(failure -> isUnknown(failure)
                        ? wasCommitted(transaction, claim.memberKey())
                        : CompletableFuture.failedFuture(failure))
                .thenCompose(committed ->
                        committed ? CompletableFuture.completedFuture(candidate.index) : again(claim, attempt));
    }

    private static void unchanged(Transaction.Builder transaction, String key, Optional<Entry> present) {
        present.ifPresentOrElse(
                entry -> transaction.ifUnchanged(key, entry.modRevision()), () -> transaction.ifAbsent(key));
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof StoreException lost && lost.kind() == StoreException.Kind.UNAVAILABLE;
    }

    /**
     * After an answer was lost: whether the member record is the one that was to be written. If it is not, and the
     * transaction is still under way, it fails once another attempt has written the member.
     */
    private CompletableFuture<Boolean> wasCommitted(Transaction transaction, String memberKey) {
        byte[] value = transaction.puts().stream()
                .filter(put -> put.key().equals(memberKey))
                .findFirst()
                .orElseThrow()
                .value();
        return store.get(memberKey)
                .thenApply(entry -> entry.filter(found -> Arrays.equals(found.value(), value))
                        .isPresent());
    }

    private CompletableFuture<Long> again(Claim claim, int attempt) {
        return store.get(claim.memberKey()).thenCompose(member -> {
            long before = claim.member().map(Entry::modRevision).orElse(0L);
            long after = member.map(Entry::modRevision).orElse(0L);
            if (before != after) {
                return failed(
                        ClaimException.Reason.MEMBER_CHANGED,
                        "the membership of " + claim.node() + " was changed by another enroller meanwhile");
            }
            return attempt < MAX_ATTEMPTS
                    ? attempt(claim, attempt + 1)
                    : failed(
                            ClaimException.Reason.CONTENDED,
                            "other enrollers took the chosen prefix " + MAX_ATTEMPTS + " times: try again");
        });
    }

    private static <T> CompletableFuture<T> failed(ClaimException.Reason reason, String message) {
        return CompletableFuture.failedFuture(new ClaimException(reason, message));
    }
}
