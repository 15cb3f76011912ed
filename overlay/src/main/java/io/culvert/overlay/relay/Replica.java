// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A network's keys as the store has them, with their latest changes. One thread writes, any threads read; all methods
 * but {@link #changed} are short.
 */
final class Replica {
    /** Changes that are kept at least, so that a client that was away for a while needs no new list. */
    private static final int HISTORY = 20_000;

    /** How long a listing can be read page by page. */
    private static final Duration LISTING_LIFE = Duration.ofMinutes(1);

    /** A batch with so many changes ends with the revision of the last one. */
    private static final int FULL_BATCH = 1000;

    private final long listingAgeNanos;
    private NavigableMap<String, Entry> entries = new TreeMap<>();
    private final List<Event> history = new ArrayList<>();
    private final Map<Long, Listing> listings = new LinkedHashMap<>();
    private Listing newest = new Listing(new Entry[0], 0, 0);
    private long revision;
    private long generation;
    private long lost;
    /** Changes from this revision on are in the history. */
    private long begin = 1;

    private CompletableFuture<Void> changed = new CompletableFuture<>();

    /** The keys at a revision, in order. */
    private record Listing(Entry[] entries, long revision, long nanos) {
        /** The index of the first key behind {@code key}, or at it. */
        int find(String key, boolean behind) {
            int low = 0;
            int high = entries.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                int order = entries[middle].key().compareTo(key);
                if (order < 0 || behind && order == 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /**
     * Without keys.
     *
     * @param listingAge a new listing shows the keys as they were at most so long ago: many clients share it
     */
    Replica(Duration listingAge) {
        listingAgeNanos = listingAge.toNanos();
    }

    /** How often the store has begun anew. Before that, the same revisions stood for other changes. */
    synchronized long generation() {
        return generation;
    }

    /** The revision from which the store went back when it last began anew; 0 if it never did. */
    synchronized long lost() {
        return lost;
    }

    /** The revision up to which it has all changes; 0 before the first listing. */
    synchronized long revision() {
        return revision;
    }

    /** A key's value; not to be changed. */
    synchronized Optional<byte[]> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /**
     * Takes a complete listing in. What it has differently counts as changes, unless it is older than what is known:
     * then the store has begun anew, from a backup, and so does the history.
     */
    synchronized void replace(Collection<Entry> all, long newRevision) {
        NavigableMap<String, Entry> fresh = new TreeMap<>();
        all.stream().filter(Replica::isHandedOn).forEach(entry -> fresh.put(entry.key(), cut(entry)));
        if (revision > 0 && newRevision >= revision) {
            List<Event> differences = new ArrayList<>();
            entries.keySet().stream()
                    .filter(key -> !fresh.containsKey(key))
                    .forEach(key -> differences.add(new Event.Delete(key, newRevision)));
            fresh.values().stream()
                    .filter(entry -> entry.modRevision() > revision)
                    .forEach(entry -> differences.add(new Event.Put(entry)));
            differences.sort(Comparator.comparingLong(Event::revision));
            history.addAll(differences);
        } else {
            history.clear();
            listings.clear();
            newest = new Listing(new Entry[0], 0, 0);
            lost = revision;
            begin = newRevision + 1;
            generation++;
        }
        entries = fresh;
        advance(newRevision);
    }

    /** Takes changes in, and all that came before {@code newRevision}. */
    synchronized void apply(long newRevision, List<Event> events) {
        for (Event event : events) {
            if (event instanceof Event.Put put && isHandedOn(put.entry())) {
                Entry entry = cut(put.entry());
                entries.put(entry.key(), entry);
                history.add(new Event.Put(entry));
            } else if (entries.remove(event.key()) != null) {
                history.add(new Event.Delete(event.key(), event.revision()));
            }
        }
        advance(newRevision);
    }

    /** The store has no changes up to {@code newRevision}. Wakes no reader. */
    synchronized void progress(long newRevision) {
        revision = Math.max(revision, newRevision);
    }

    private void advance(long newRevision) {
        revision = newRevision;
        if (history.size() > 2 * HISTORY) {
            int end = history.size() - HISTORY;
            begin = history.get(end - 1).revision() + 1;
            history.subList(0, end).clear();
        }
        changed.complete(null);
        changed = new CompletableFuture<>();
    }

    private static boolean isHandedOn(Entry entry) {
        return entry.key().getBytes(StandardCharsets.UTF_8).length <= Frame.MAX_KEY;
    }

    private static Entry cut(Entry entry) {
        return entry.value().length <= Frame.MAX_VALUE
                ? entry
                : new Entry(
                        entry.key(),
                        Arrays.copyOf(entry.value(), Frame.MAX_VALUE),
                        entry.createRevision(),
                        entry.modRevision());
    }

    /**
     * A page of the keys with a prefix.
     *
     * @param after only keys behind this one
     * @param wanted the revision of the page before; 0: the present one, or one just before
     * @param least a present page is of this revision at least, if the replica has it: its reader has seen that
     * @param nanos the present time
     * @return empty if the listing of that revision is no longer kept
     */
    synchronized Optional<Page> page(String prefix, String after, int limit, long wanted, long least, long nanos) {
        Listing listing = wanted == 0 ? listing(least, nanos) : listings.get(wanted);
        if (listing == null) {
            return Optional.empty();
        }
        int begin = after.compareTo(prefix) < 0 ? listing.find(prefix, false) : listing.find(after, true);
        int end = begin;
        List<Entry> found = new ArrayList<>();
        while (end < listing.entries.length && listing.entries[end].key().startsWith(prefix) && found.size() < limit) {
            found.add(listing.entries[end++]);
        }
        boolean more =
                end < listing.entries.length && listing.entries[end].key().startsWith(prefix);
        return Optional.of(new Page(found, more, listing.revision));
    }

    private Listing listing(long least, long nanos) {
        boolean isPresent = newest.revision == revision && revision > 0;
        boolean isRecent = newest.revision > 0
                && newest.revision >= Math.min(least, revision)
                && nanos - newest.nanos < listingAgeNanos;
        if (isPresent) {
            newest = new Listing(newest.entries, revision, nanos);
        } else if (!isRecent) {
            newest = new Listing(entries.values().toArray(new Entry[0]), revision, nanos);
            listings.values().removeIf(old -> nanos - old.nanos > LISTING_LIFE.toNanos());
        }
        listings.put(newest.revision, newest);
        return newest;
    }

    /**
     * The changes of keys with a prefix from a revision on, or the first of them, without waiting.
     *
     * @return empty if they are no longer kept
     */
    synchronized Optional<Batch> since(String prefix, long from) {
        if (from < begin) {
            return Optional.empty();
        }
        List<Event> found = new ArrayList<>();
        for (int i = find(from); i < history.size(); i++) {
            Event event = history.get(i);
            boolean isWhole = !found.isEmpty() && found.getLast().revision() != event.revision();
            if (isWhole && found.size() >= FULL_BATCH) {
                return Optional.of(new Batch(found.getLast().revision(), found));
            }
            if (event.key().startsWith(prefix)) {
                found.add(event);
            }
        }
        return Optional.of(new Batch(revision, found));
    }

    /** The first revision whose changes are kept. */
    synchronized long begin() {
        return begin;
    }

    private int find(long from) {
        int low = 0;
        int high = history.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (history.get(middle).revision() < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Completes with the next change. To be asked for before {@link #since}, so that none is missed. */
    synchronized CompletableFuture<Void> changed() {
        return changed.copy();
    }
}
