// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.StoreException.Kind;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A store that is read through relays. What is written goes to the store itself, with the node's own certificate, which
 * no relay has. After a failure the next relay is asked.
 */
public final class RelayStore implements Store {
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int GONE = 410;
    private static final int BAD_REQUEST = 400;
    private static final Duration POLL = RelayServer.WAIT.plus(DEADLINE);

    /** The least time between two requests if the first brought no changes, as from a relay that does not wait. */
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);

    private final Loop loop;
    private final List<URI> relays;
    private final HttpClient client;
    private final Store direct;
    private int relay;
    /** The revision that a relay told last: one that is behind it must catch up before it answers. */
    private long highest;

    /**
     * Asks nothing before the first request.
     *
     * @param loop on which it is called, and calls
     * @param relays {@code https} URLs, at least one
     * @param client with the certificate of this node; it may be shared, and is not closed
     * @param direct the store itself; closed with this
     */
    public RelayStore(Loop loop, List<URI> relays, HttpClient client, Store direct) {
        this.loop = loop;
        this.relays = List.copyOf(relays);
        this.client = client;
        this.direct = direct;
        relay = ThreadLocalRandom.current().nextInt(relays.size());
    }

    /** Reads a frame. */
    private interface Reader<T> {
        T read(byte[] frame) throws IOException;
    }

    @Override
    public CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable) {
        Map<String, Object> parameters = new TreeMap<>(
                Map.of("prefix", prefix, "after", after, "limit", limit, "revision", revision, "least", highest));
        return ask(RelayServer.LIST, parameters, DEADLINE, Frame::page).thenApply(page -> {
            highest = page.revision();
            return page;
        });
    }

    /** Completes on the loop; a failure is a {@link StoreException}, and makes the next relay the one to ask. */
    private <T> CompletableFuture<T> ask(
            String path, Map<String, Object> parameters, Duration limit, Reader<T> reader) {
        URI target = relays.get(relay);
        HttpRequest request = HttpRequest.newBuilder(target.resolve(path + "?" + Query.of(parameters)))
                .timeout(limit)
                .header("Accept-Encoding", Gzip.NAME)
                .build();
        CompletableFuture<T> result = new CompletableFuture<>();
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), Frame.MAX_BYTES))
                .whenComplete((response, failure) -> loop.execute(() -> {
                    try {
                        result.complete(read(target, response, failure, reader));
                    } catch (StoreException e) {
                        if (e.kind() != Kind.COMPACTED) {
                            relay = (relays.indexOf(target) + 1) % relays.size();
                        }
                        result.completeExceptionally(e);
                    }
                }));
        return result;
    }

    private static <T> T read(URI target, HttpResponse<byte[]> response, Throwable failure, Reader<T> reader)
            throws StoreException {
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new StoreException(Kind.UNAVAILABLE, "no answer from the relay " + target + ": " + reason, cause);
        }
        if (response.statusCode() == OK) {
            try {
                boolean isGzip = response.headers()
                        .firstValue("Content-Encoding")
                        .filter(Gzip.NAME::equals)
                        .isPresent();
                return reader.read(isGzip ? Gzip.expand(response.body(), Frame.MAX_BYTES) : response.body());
            } catch (IOException e) {
                String what = "the relay " + target + " gave an answer that cannot be read: " + e.getMessage();
                throw new StoreException(Kind.UNAVAILABLE, what, e);
            }
        }
        Kind kind = switch (response.statusCode()) {
            case GONE -> Kind.COMPACTED;
            case FORBIDDEN -> Kind.REFUSED;
            case BAD_REQUEST -> Kind.INVALID;
            default -> Kind.UNAVAILABLE;
        };
        // It may come from anybody: it is cut, and shown as printable ASCII.
        String text = new String(response.body(), StandardCharsets.US_ASCII).replaceAll("[^ -~]", "?");
        throw new StoreException(
                kind, "the relay " + target + " refuses: " + text.substring(0, Math.min(text.length(), 200)), null);
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        Poll poll = new Poll(prefix, fromRevision, listener);
        poll.ask();
        return poll;
    }

    /** Requests for changes, one after the other. Lives on the loop. */
    private final class Poll implements Watch {
        private final String prefix;
        private final WatchListener listener;
        private long next;
        private boolean closed;

        Poll(String prefix, long fromRevision, WatchListener listener) {
            this.prefix = prefix;
            this.listener = listener;
            next = fromRevision;
            highest = fromRevision - 1;
        }

        void ask() {
            if (closed) {
                return;
            }
            long begin = loop.nanos();
            RelayStore.this
                    .ask(RelayServer.WATCH, new TreeMap<>(Map.of("prefix", prefix, "from", next)), POLL, Frame::batch)
                    .whenComplete((batch, failure) -> {
                        if (!closed) {
                            answered(batch, failure, begin);
                        }
                    });
        }

        private void answered(Batch batch, Throwable failure, long begin) {
            if (failure instanceof StoreException e) {
                closed = true;
                if (e.kind() == Kind.COMPACTED) {
                    listener.onCompacted(next);
                } else {
                    listener.onBroken(e);
                }
                return;
            }
            Duration pause = Duration.ZERO;
            if (batch.events().isEmpty()) {
                listener.onProgress(batch.revision());
                pause = LEAST_PAUSE.minusNanos(loop.nanos() - begin);
            } else {
                listener.onEvents(batch.revision(), batch.events());
            }
            next = Math.max(next, batch.revision() + 1);
            highest = next - 1;
            if (pause.isPositive()) {
                loop.schedule(this::ask, pause);
            } else {
                ask();
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** As a relay has it, at most some seconds old: who writes over an older entry is refused by the transaction. */
    @Override
    public CompletableFuture<Optional<Entry>> get(String key) {
        return list(key, "", 1, 0, false)
                .thenApply(page -> page.entries().stream()
                        .filter(entry -> entry.key().equals(key))
                        .findFirst());
    }

    @Override
    public CompletableFuture<Boolean> commit(Transaction transaction) {
        return direct.commit(transaction);
    }

    @Override
    public CompletableFuture<Long> grant(Duration ttl) {
        return direct.grant(ttl);
    }

    @Override
    public CompletableFuture<Boolean> prolong(long lease) {
        return direct.prolong(lease);
    }

    @Override
    public void close() {
        direct.close();
    }
}
