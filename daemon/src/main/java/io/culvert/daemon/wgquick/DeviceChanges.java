// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.Cidr;
import io.culvert.daemon.wgquick.config.PeerConfig;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.natives.Memory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The update that brings a device to a configuration, and what it changes in words. An update refers to secrets of the
 * configuration, which is closed in its place.
 */
final class DeviceChanges {
    private final TunnelConfig wanted;
    private final int mark;
    private final Map<PublicKey, InetSocketAddress> endpoints;
    private final List<String> words = new ArrayList<>();
    private final List<PeerUpdate> updates = new ArrayList<>();

    /**
     * Changes to a configuration.
     *
     * @param mark of the tunnel's packets, 0 for none
     * @param endpoints those to set; other peers keep theirs
     */
    DeviceChanges(TunnelConfig wanted, int mark, Map<PublicKey, InetSocketAddress> endpoints) {
        this.wanted = wanted;
        this.mark = mark;
        this.endpoints = endpoints;
    }

    /** The update that makes the configuration of whatever there is. */
    DeviceUpdate whole() {
        wanted.peers().forEach(this::add);
        return new DeviceUpdate(
                wanted.self().privateKey(), wanted.self().listenPort(), OptionalInt.of(mark), true, updates);
    }

    /** The update that changes no more than what differs, so that sessions go on. */
    DeviceUpdate from(DeviceUpdate present) {
        Secret key = wanted.self().privateKey();
        if (key != null && present.privateKey() != null && isSame(key, present.privateKey())) {
            key = null;
        }
        if (key != null) {
            words.add("private key changed; all sessions begin again");
        }
        OptionalInt port = wanted.self().listenPort();
        if (port.equals(present.listenPort()) || port.orElse(0) == 0) {
            port = OptionalInt.empty();
        } else {
            words.add("listen port " + port.getAsInt());
        }
        OptionalInt fwmark = present.fwmark().orElse(0) == mark ? OptionalInt.empty() : OptionalInt.of(mark);
        if (fwmark.isPresent()) {
            words.add("mark " + (mark == 0 ? "off" : Integer.toUnsignedString(mark)));
        }
        changePeers(present.peers());
        return new DeviceUpdate(key, port, fwmark, false, updates);
    }

    /** What an update changes, one line each; empty if nothing. */
    List<String> words() {
        return words;
    }

    private void changePeers(List<PeerUpdate> present) {
        Map<PublicKey, PeerConfig> remaining = new HashMap<>();
        Set<Prefix> all = new HashSet<>();
        for (PeerConfig peer : wanted.peers()) {
            remaining.put(peer.publicKey(), peer);
            all.addAll(peer.allowedIps());
        }
        for (PeerUpdate peer : present) {
            PeerConfig config = remaining.remove(peer.publicKey());
            if (config == null) {
                remove(peer.publicKey());
            } else {
                change(peer, config, all);
            }
        }
        wanted.peers().stream()
                .filter(peer -> remaining.containsKey(peer.publicKey()))
                .forEach(this::add);
    }

    private void add(PeerConfig peer) {
        words.add(name(peer.publicKey()) + " added");
        updates.add(new PeerUpdate(
                peer.publicKey(),
                false,
                false,
                peer.presharedKey(),
                endpoints.get(peer.publicKey()),
                OptionalInt.of(peer.keepaliveSeconds()),
                true,
                peer.allowedIps().stream()
                        .map(prefix -> new AllowedIp(prefix, false))
                        .toList()));
    }

    private void remove(PublicKey key) {
        words.add(name(key) + " removed");
        updates.add(new PeerUpdate(key, true, false, null, null, OptionalInt.empty(), false, List.of()));
    }

    private void change(PeerUpdate present, PeerConfig peer, Set<Prefix> all) {
        String name = name(peer.publicKey());
        int before = words.size();
        Secret preshared = presharedKey(present.presharedKey(), peer.presharedKey());
        if (preshared != null) {
            words.add(name + ": preshared key " + (peer.presharedKey() == null ? "removed" : "changed"));
        }
        InetSocketAddress endpoint = endpoints.get(peer.publicKey());
        if (endpoint != null) {
            words.add(name + ": endpoint " + peer.endpoint());
        }
        OptionalInt keepalive = OptionalInt.empty();
        if (present.keepaliveSeconds().orElse(0) != peer.keepaliveSeconds()) {
            keepalive = OptionalInt.of(peer.keepaliveSeconds());
            words.add(name + ": persistent keepalive "
                    + (peer.keepaliveSeconds() == 0 ? "off" : peer.keepaliveSeconds() + " s"));
        }
        List<AllowedIp> allowedIps = allowedIps(name, present.allowedIps(), peer.allowedIps(), all);
        if (words.size() > before) {
            updates.add(
                    new PeerUpdate(peer.publicKey(), false, true, preshared, endpoint, keepalive, false, allowedIps));
        }
    }

    /** The key to set, which is the zero key to remove one, or {@code null}. */
    private static Secret presharedKey(Secret present, Secret wanted) {
        boolean has = present != null && !present.isZero();
        if (wanted == null) {
            return has ? new Secret() : null;
        }
        return has && present.sameAs(wanted) ? null : wanted;
    }

    /** Those that another peer gets are moved by being added there, which comes before or after this. */
    private List<AllowedIp> allowedIps(String name, List<AllowedIp> present, List<Prefix> wanted, Set<Prefix> all) {
        Set<Prefix> old = new HashSet<>();
        present.forEach(each -> old.add(each.prefix()));
        List<AllowedIp> changes = new ArrayList<>();
        for (Prefix prefix : wanted) {
            if (!old.remove(prefix)) {
                changes.add(new AllowedIp(prefix, false));
                words.add(name + ": allowed IP " + Cidr.text(prefix) + " added");
            }
        }
        for (Prefix prefix : old) {
            if (!all.contains(prefix)) {
                changes.add(new AllowedIp(prefix, true));
                words.add(name + ": allowed IP " + Cidr.text(prefix) + " removed");
            }
        }
        return changes;
    }

    /** Whether two private keys are one, once the bits are set that Curve25519 sets (RFC 7748). */
    private static boolean isSame(Secret file, Secret device) {
        try (Secret clamped = file.copy()) {
            long last = clamped.address() + Secret.BYTES - 1;
            Memory.putByte(clamped.address(), (byte) (Memory.getByte(clamped.address()) & 248));
            Memory.putByte(last, (byte) (Memory.getByte(last) & 127 | 64));
            return clamped.sameAs(device);
        }
    }

    private static String name(PublicKey key) {
        return "peer " + key.toBase64();
    }
}
