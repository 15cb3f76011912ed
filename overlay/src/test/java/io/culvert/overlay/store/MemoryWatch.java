// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A watch of a {@link MemoryCluster}: a revision's changes come together and in order, as late as the delay says. */
final class MemoryWatch implements Watch {
    private final MemoryCluster cluster;
    private final String client;
    private final Loop loop;
    private final String prefix;
    private final WatchListener listener;
    private final WatchPulse pulse;
    private long sent;
    private long lastArrival;
    private boolean closed;

    MemoryWatch(
            MemoryCluster cluster, String client, Loop loop, String prefix, long fromRevision, WatchListener listener) {
        this.cluster = cluster;
        this.client = client;
        this.loop = loop;
        this.prefix = prefix;
        this.listener = listener;
        sent = fromRevision - 1;
        pulse = new WatchPulse(loop, this::askProgress, () -> end(() -> listener.onBroken(broken("silent"))));
    }

    String client() {
        return client;
    }

    private static StoreException broken(String why) {
        return new StoreException(StoreException.Kind.UNAVAILABLE, why, null);
    }

    /** The request has reached the store. */
    void begin() {
        if (closed) {
            return;
        }
        if (cluster.down || cluster.quorumLost) {
            end(() -> listener.onBroken(broken("no connection")));
        } else if (cluster.refused.contains(client)) {
            end(() -> listener.onBroken(new StoreException(StoreException.Kind.REFUSED, "permission denied", null)));
        } else if (sent + 1 <= cluster.compacted) {
            end(() -> listener.onCompacted(cluster.compacted));
        } else {
            cluster.watches.add(this);
            deliver();
        }
    }

    /** Sends what has changed since the last call. */
    void deliver() {
        if (closed || cluster.silent) {
            return;
        }
        List<Event> events = new ArrayList<>();
        for (Event event : cluster.since(sent)) {
            if (event.key().startsWith(prefix)) {
                events.add(event);
            }
        }
        sent = Math.max(sent, cluster.revision);
        if (!events.isEmpty()) {
            long revision = events.getLast().revision();
            arrive(() -> listener.onEvents(revision, events));
        }
    }

    private void askProgress() {
        loop.schedule(
                () -> {
                    if (!closed && !cluster.silent && cluster.watches.contains(this)) {
                        long revision = sent;
                        arrive(() -> listener.onProgress(revision));
                    }
                },
                cluster.nextDelay());
    }

    private void arrive(Runnable report) {
        lastArrival = Math.max(lastArrival, loop.nanos() + cluster.nextDelay().toNanos());
        loop.schedule(
                () -> {
                    if (!closed) {
                        pulse.heard();
                        report.run();
                    }
                },
                Duration.ofNanos(lastArrival - loop.nanos()));
    }

    /** The connection breaks: what is under way is lost. */
    void breakOff() {
        cluster.watches.remove(this);
        loop.execute(() -> {
            if (!closed) {
                end(() -> listener.onBroken(broken("the connection broke")));
            }
        });
    }

    private void end(Runnable last) {
        close();
        last.run();
    }

    @Override
    public void close() {
        closed = true;
        pulse.stop();
        cluster.watches.remove(this);
    }
}
