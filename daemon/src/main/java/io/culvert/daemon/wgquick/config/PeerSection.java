// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.wgquick.config.ConfigLine.Fault;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the values of one {@code [Peer]}. Closing it zeroes a key that nobody took. Not thread-safe. */
final class PeerSection implements AutoCloseable {
    private final int line;
    private final Map<ConfigKey, Integer> lines = new EnumMap<>(ConfigKey.class);
    private final Set<Prefix> allowedIps = new LinkedHashSet<>();
    private PublicKey publicKey;
    private Secret presharedKey;
    private Endpoint endpoint;
    private int keepaliveSeconds;

    /** The section that begins in a line. */
    PeerSection(int line) {
        this.line = line;
    }

    int line() {
        return line;
    }

    PublicKey publicKey() {
        return publicKey;
    }

    boolean has(ConfigKey key) {
        return lines.containsKey(key);
    }

    /** Takes a value other than {@code AllowedIPs}, which all peers of a file share. */
    void accept(ConfigKey key, ConfigLine value) throws Fault {
        Integer before = lines.putIfAbsent(key, value.number());
        if (before != null && !key.isRepeatable()) {
            throw new Fault("stands twice; first in line " + before);
        }
        switch (key) {
            case PUBLIC_KEY -> publicKey = value.publicKey();
            case PRESHARED_KEY -> presharedKey = value.secret();
            case ENDPOINT -> endpoint = value.endpoint();
            case PERSISTENT_KEEPALIVE -> keepaliveSeconds = value.keepalive();
            case ALLOWED_IPS -> {
                return;
            }
            default -> throw new AssertionError(key);
        }
    }

    void add(Prefix prefix) {
        allowedIps.add(prefix);
    }

    void remove(Prefix prefix) {
        allowedIps.remove(prefix);
    }

    /** The section, which takes the key. */
    PeerConfig finish() {
        PeerConfig config =
                new PeerConfig(publicKey, presharedKey, endpoint, keepaliveSeconds, List.copyOf(allowedIps));
        presharedKey = null;
        return config;
    }

    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
    }
}
