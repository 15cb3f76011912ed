// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * One watch of etcd. jetcd would take a broken watch up again by itself, and say so by an error only; here it ends, so
 * that the caller knows since when it may have missed something.
 *
 * <p>etcd up to 3.4.24 and 3.5.7 answers a request for progress with a revision whose events may still be under way
 * (etcd issue 15220). So the revision of an answer counts only when the next one has come: by then, at least {@link
 * WatchPulse#ASK_AFTER} later, the events before the first answer have.
 */
final class EtcdWatch implements Watch {
    private final Loop loop;
    private final EtcdSettings settings;
    private final WatchListener listener;
    private final Consumer<EtcdWatch> ended;
    private final long fromRevision;
    private WatchPulse pulse;
    private io.etcd.jetcd.Watch.Watcher watcher;
    private long reported;
    private long progress;
    private boolean closed;

    EtcdWatch(Loop loop, EtcdSettings settings, WatchListener listener, long fromRevision, Consumer<EtcdWatch> ended) {
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        this.fromRevision = fromRevision;
        this.ended = ended;
        reported = fromRevision - 1;
        progress = reported;
    }

    /** Starts it; called once, on the loop. */
    void start(io.etcd.jetcd.Watch client, ByteSequence prefix) {
        pulse = new WatchPulse(loop, this::askProgress, this::onSilence);
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(fromRevision)
                .withProgressNotify(true)
                .withRequireLeader(true) // or a member cut off from the others would be silent
                .build();
        try {
            watcher = client.watch(
                    prefix,
                    option,
                    io.etcd.jetcd.Watch.listener(
                            response -> loop.execute(() -> onResponse(response)),
                            failure -> loop.execute(() -> onFailure(failure))));
        } catch (RuntimeException e) {
            loop.execute(() -> onFailure(e));
        }
    }

    /** Asks for a sign of life. */
    void askProgress() {
        watcher.requestProgress();
    }

    private void onResponse(WatchResponse response) {
        if (closed) {
            return;
        }
        pulse.heard();
        List<Event> events = response.getEvents().stream().map(EtcdWatch::event).toList();
        if (events.isEmpty()) {
            reported = Math.max(reported, progress);
            progress = Math.max(progress, response.getHeader().getRevision());
            listener.onProgress(reported);
        } else {
            reported = Math.max(reported, events.getLast().revision());
            listener.onEvents(reported, events);
        }
    }

    private static Event event(WatchEvent event) {
        return event.getEventType() == WatchEvent.EventType.DELETE
                ? new Event.Delete(
                        event.getKeyValue().getKey().toString(StandardCharsets.UTF_8),
                        event.getKeyValue().getModRevision())
                : new Event.Put(EtcdStore.entry(event.getKeyValue()));
    }

    private void onFailure(Throwable failure) {
        if (closed) {
            return;
        }
        close();
        if (failure instanceof CompactedException compacted) {
            listener.onCompacted(compacted.getCompactedRevision());
        } else {
            listener.onBroken(EtcdErrors.of(failure, settings));
        }
    }

    private void onSilence() {
        close();
        listener.onBroken(new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "etcd at " + settings + " reported nothing for " + Store.WATCH_SILENCE.toSeconds() + " s",
                null));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pulse.stop();
        if (watcher != null) {
            watcher.close();
        }
        ended.accept(this);
    }
}
