// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A store in memory, with faults that a test plans. Its clients are {@link MemoryStore}s; all live on one thread, and
 * see the same revision.
 */
public final class MemoryCluster {
    /** What is in the store, to be restored as from a backup. */
    public record Backup(TreeMap<String, Entry> entries, long revision) {}

    private static final int MOST_SHOWN = 256;

    final TreeMap<String, Entry> entries = new TreeMap<>();
    private TreeMap<String, Entry> kept = new TreeMap<>();
    private final Map<Long, TreeMap<String, Entry>> shownBefore = new LinkedHashMap<>();
    final List<Event> history = new ArrayList<>();
    final Set<MemoryWatch> watches = new LinkedHashSet<>();
    final Set<String> refused = new HashSet<>();
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Loop loop;
    long revision = 1;
    long compacted;
    boolean down;
    boolean quorumLost;
    boolean silent;
    boolean answersLost;
    private Supplier<Duration> delay = () -> Duration.ZERO;
    private long lastLease;

    private static final class Lease {
        private final Set<String> keys = new HashSet<>();
        private final Duration ttl;
        private Loop.Timer end;

        private Lease(Duration ttl) {
            this.ttl = ttl;
        }
    }

    /** An empty store. Leases end by this loop. */
    public MemoryCluster(Loop loop) {
        this.loop = loop;
    }

    /** A client of that name, whose callbacks come on {@code loop}. */
    public MemoryStore client(String name, Loop ofClient) {
        return new MemoryStore(this, name, ofClient);
    }

    /** Each request and each answer, and each report of a watch, takes so long. */
    public void delay(Supplier<Duration> each) {
        delay = each;
    }

    Duration nextDelay() {
        return delay.get();
    }

    /** Whether connections fail at once; those that exist break. */
    public void setDown(boolean isDown) {
        down = isDown;
        if (down) {
            breakWatches();
        }
    }

    /** Without a quorum only serializable reads are answered, and watches break. */
    public void setQuorumLost(boolean isLost) {
        quorumLost = isLost;
        if (quorumLost) {
            breakWatches();
        }
    }

    /** Whether watches report nothing, as over a connection that is cut without a word; later they go on. */
    public void setSilent(boolean isSilent) {
        silent = isSilent;
        if (!silent) {
            List.copyOf(watches).forEach(MemoryWatch::deliver);
        }
    }

    /** Whether commits happen, and their answers are lost. */
    public void setAnswersLost(boolean areLost) {
        answersLost = areLost;
    }

    /** Refuses this client from now on. */
    public void refuse(String client) {
        refused.add(client);
        List.copyOf(watches).stream()
                .filter(watch -> watch.client().equals(client))
                .forEach(MemoryWatch::breakOff);
    }

    /** Breaks all watches; their clients may watch again at once. */
    public void breakWatches() {
        List.copyOf(watches).forEach(MemoryWatch::breakOff);
    }

    /** The entries as they were at a revision: those kept at the last compaction, and what came since. */
    NavigableMap<String, Entry> at(long shown) {
        if (shown == revision) {
            return entries;
        }
        TreeMap<String, Entry> known = shownBefore.get(shown);
        if (known != null) {
            return known; // Pages of one list, and of lists that began together.
        }
        TreeMap<String, Entry> then = new TreeMap<>(kept);
        for (Event event : history) {
            if (event.revision() <= shown) {
                switch (event) {
                    case Event.Put put -> then.put(put.key(), put.entry());
                    case Event.Delete delete -> then.remove(delete.key());
                }
            }
        }
        shownBefore.put(shown, then);
        if (shownBefore.size() > MOST_SHOWN) {
            shownBefore.remove(shownBefore.keySet().iterator().next());
        }
        return then;
    }

    /** The changes after a revision, in order. */
    List<Event> since(long after) {
        int first = history.size();
        while (first > 0 && history.get(first - 1).revision() > after) {
            first--;
        }
        return history.subList(first, history.size());
    }

    private void keep() {
        compacted = revision;
        history.clear();
        kept = new TreeMap<>(entries);
    }

    /** Forgets the changes up to the present revision. */
    public void compact() {
        keep();
    }

    /** The present revision. */
    public long revision() {
        return revision;
    }

    /** The present keys and values; whoever may write everything can also use {@link #put}. */
    public Map<String, Entry> entries() {
        return Map.copyOf(entries);
    }

    /** The entry of a key. */
    public Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** A copy of what is there. */
    public Backup backup() {
        return new Backup(new TreeMap<>(entries), revision);
    }

    /** Goes back to a backup, its revision too, as etcd does after snapshot restore; watches break. */
    public void restore(Backup backup) {
        entries.clear();
        entries.putAll(backup.entries);
        revision = backup.revision;
        shownBefore.clear();
        keep();
        breakWatches();
    }

    /** Writes as etcd's root would, without any condition. */
    public void put(String key, byte[] value) {
        write(Transaction.builder().put(key, value).build());
    }

    /** Deletes as etcd's root would. */
    public void delete(String key) {
        write(Transaction.builder().delete(key).build());
    }

    boolean commit(Transaction transaction) throws StoreException {
        if (transaction.lease() != 0 && !leases.containsKey(transaction.lease())) {
            throw new StoreException(StoreException.Kind.UNAVAILABLE, "no such lease", null);
        }
        for (Transaction.Condition condition : transaction.conditions()) {
            Entry entry = entries.get(condition.key());
            boolean holds = switch (condition) {
                case Transaction.Condition.Absent absent -> entry == null;
                case Transaction.Condition.Unchanged unchanged ->
                    entry != null && entry.modRevision() == unchanged.modRevision();
            };
            if (!holds) {
                return false;
            }
        }
        write(transaction);
        return true;
    }

    private void write(Transaction transaction) {
        long next = revision + 1;
        List<Event> events = new ArrayList<>();
        for (Transaction.Put put : transaction.puts()) {
            Entry old = entries.get(put.key());
            Entry entry = new Entry(put.key(), put.value(), old == null ? next : old.createRevision(), next);
            entries.put(put.key(), entry);
            leases.values().forEach(lease -> lease.keys.remove(put.key()));
            if (transaction.lease() != 0) {
                leases.get(transaction.lease()).keys.add(put.key());
            }
            events.add(new Event.Put(entry));
        }
        for (String key : transaction.deletes()) {
            if (entries.remove(key) != null) {
                events.add(new Event.Delete(key, next));
            }
        }
        if (!events.isEmpty()) {
            revision = next;
            history.addAll(events);
            List.copyOf(watches).forEach(MemoryWatch::deliver);
        }
    }

    long grant(Duration ttl) {
        lastLease++;
        leases.put(lastLease, new Lease(ttl));
        prolong(lastLease);
        return lastLease;
    }

    boolean prolong(long id) {
        Lease lease = leases.get(id);
        if (lease == null) {
            return false;
        }
        if (lease.end != null) {
            lease.end.cancel();
        }
        lease.end = loop.schedule(() -> end(id), lease.ttl);
        return true;
    }

    private void end(long id) {
        Transaction.Builder deletes = Transaction.builder();
        leases.remove(id).keys.forEach(deletes::delete);
        write(deletes.build());
    }
}
