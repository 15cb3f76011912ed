// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An interface by its UAPI socket, as <a href="https://www.wireguard.com/xplatform/">WireGuard's cross-platform
 * document</a> describes it. Each request has a connection of its own, so that the interface's process may be replaced
 * meanwhile. One thread.
 */
public final class UapiWireGuard implements WireGuard {
    /** The most peers of one request: an implementation holds its locks, or memory, for one request at a time. */
    static final int MAX_PEERS_PER_REQUEST = 1000;

    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path socket;

    /** An interface with this socket. */
    public UapiWireGuard(Path socket) {
        this.socket = socket;
    }

    /** The interface of this name. */
    public static UapiWireGuard named(String name) {
        return new UapiWireGuard(socket(name));
    }

    /** The socket of an interface. */
    public static Path socket(String name) {
        return SOCKETS.resolve(name + ".sock");
    }

    /** Whether a process answers on the socket. */
    public boolean isServing() {
        try {
            read(peer -> {});
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void configure(PrivateKey key, int listenPort) throws IOException {
        try (UapiConnection connection = new UapiConnection(socket, LIMIT)) {
            connection.line("set", "1");
            connection.secret("private_key", key.secret());
            if (listenPort != 0) {
                connection.line("listen_port", Integer.toString(listenPort));
            }
            connection.send();
            requireSuccess(connection, "its private key and port " + listenPort);
        }
    }

    @Override
    public void apply(List<PeerChange> changes) throws IOException {
        for (int from = 0; from < changes.size(); from += MAX_PEERS_PER_REQUEST) {
            int to = Math.min(changes.size(), from + MAX_PEERS_PER_REQUEST);
            try (UapiConnection connection = new UapiConnection(socket, LIMIT)) {
                connection.line("set", "1");
                for (PeerChange change : changes.subList(from, to)) {
                    write(connection, change);
                }
                connection.send();
                requireSuccess(connection, "a change of " + (to - from) + " peers");
            }
        }
    }

    private static void write(UapiConnection out, PeerChange change) throws IOException {
        out.line("public_key", change.key().hex());
        if (change.remove()) {
            out.line("remove", "true");
            return;
        }
        if (change.updateOnly()) {
            out.line("update_only", "true");
        }
        if (!change.endpoint().isEmpty()) {
            out.line("endpoint", change.endpoint());
        }
        if (change.keepaliveSeconds() >= 0) {
            out.line("persistent_keepalive_interval", Integer.toString(change.keepaliveSeconds()));
        }
        if (change.allowedIps() != null) {
            out.line("replace_allowed_ips", "true");
            for (Prefix prefix : change.allowedIps()) {
                out.line("allowed_ip", prefix.toString());
            }
        }
    }

    private void requireSuccess(UapiConnection connection, String what) throws IOException {
        long errno = 0;
        boolean answered = false;
        while (connection.next()) {
            if (connection.isKey("errno")) {
                errno = connection.number();
                answered = true;
            }
        }
        if (errno != 0 || !answered) {
            throw new IOException(
                    socket + " refused " + what + (answered ? ": errno " + errno : "") + "; its log has the reason");
        }
    }

    @Override
    public int read(Consumer<PeerState> peers) throws IOException {
        try (UapiConnection connection = new UapiConnection(socket, LIMIT)) {
            connection.line("get", "1");
            connection.send();
            return new Answer().read(connection, peers);
        } catch (IllegalArgumentException e) {
            throw new IOException(socket + " answered what is not understood: " + e.getMessage(), e);
        }
    }

    /** Implementations shorten IPv6 addresses differently. A peer may have roamed to what no record may have. */
    private static String endpoint(String text) {
        try {
            return Endpoint.of(text).toString();
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** What has been read of an answer. */
    private final class Answer {
        private Key key;
        private String endpoint = "";
        private long handshakeMillis;
        private long received;
        private long sent;
        private int keepalive;
        private List<Prefix> allowedIps = new ArrayList<>(2);

        int read(UapiConnection in, Consumer<PeerState> peers) throws IOException {
            int port = 0;
            long errno = -1;
            while (in.next()) {
                if (in.isKey("public_key")) {
                    finish(peers);
                    key = new Key(HexFormat.of().parseHex(in.value()));
                } else if (in.isKey("listen_port")) {
                    port = (int) in.number();
                } else if (in.isKey("errno")) {
                    errno = in.number();
                } else {
                    readSetting(in);
                }
            }
            if (errno != 0) {
                throw new IOException(socket + " refused to tell its peers: errno " + errno);
            }
            finish(peers);
            return port;
        }

        private void readSetting(UapiConnection in) throws IOException {
            if (in.isKey("endpoint")) {
                endpoint = endpoint(in.value());
            } else if (in.isKey("last_handshake_time_sec")) {
                handshakeMillis += TimeUnit.SECONDS.toMillis(in.number());
            } else if (in.isKey("last_handshake_time_nsec")) {
                handshakeMillis += TimeUnit.NANOSECONDS.toMillis(in.number());
            } else if (in.isKey("rx_bytes")) {
                received = in.number();
            } else if (in.isKey("tx_bytes")) {
                sent = in.number();
            } else if (in.isKey("persistent_keepalive_interval")) {
                keepalive = (int) in.number();
            } else if (in.isKey("allowed_ip")) {
                allowedIps.add(Prefix.of(in.value()));
            }
        }

        private void finish(Consumer<PeerState> peers) {
            if (key != null) {
                peers.accept(new PeerState(
                        key, endpoint, handshakeMillis, received, sent, keepalive, List.copyOf(allowedIps)));
            }
            endpoint = "";
            handshakeMillis = 0;
            received = 0;
            sent = 0;
            keepalive = 0;
            allowedIps = new ArrayList<>(2);
        }
    }
}
