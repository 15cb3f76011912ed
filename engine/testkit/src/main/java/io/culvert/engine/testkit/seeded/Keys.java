// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The keys that devices have used: with which nonces, for which packets, and whether they are gone in time. */
final class Keys {
    private static final int BYTES = 32;

    /** The bytes of a key. */
    private record Key(long a, long b, long c, long d) {
        static Key at(long address) {
            return new Key(
                    Memory.getLong(address),
                    Memory.getLong(address + 8),
                    Memory.getLong(address + 16),
                    Memory.getLong(address + 24));
        }

        static Key of(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            return new Key(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
        }

        boolean isZero() {
            return (a | b | c | d) == 0;
        }
    }

    /** A life of a host: from a start of its device to the next. */
    record Life(int host, int number) {}

    /** What is known of a session's key for one direction. */
    private static final class Use {
        private final BitSet nonces = new BitSet();
        private final Set<Integer> packets = new HashSet<>();
        private Life sealer;
        private Life opener;
        private boolean goneAtSealer;
        private boolean goneAtOpener;

        int copiesAllowed() {
            return (goneAtSealer ? 0 : 1) + (goneAtOpener ? 0 : 1);
        }
    }

    private final Packets packets;
    private final Map<Key, Use> uses = new HashMap<>();
    /** Private and preshared keys. */
    private final Set<Key> configured = new HashSet<>();

    Keys(Packets packets) {
        this.packets = packets;
    }

    /** A private or preshared key that the hosts are given. */
    void configured(byte[] key) {
        configured.add(Key.of(key));
    }

    /** The number of keys under which messages were sealed. */
    int count() {
        return uses.size();
    }

    /** A device seals a packet. */
    void seal(Life by, long key, long nonce, ByteBuffer plaintext) {
        Use use = uses.computeIfAbsent(Key.at(key), unused -> new Use());
        if (use.sealer != null && !use.sealer.equals(by)) {
            throw new Violation(
                    Invariant.NONCE, "wg%d and wg%d seal under the same key".formatted(use.sealer.host, by.host));
        }
        use.sealer = by;
        if (use.nonces.get((int) nonce)) {
            throw new Violation(Invariant.NONCE, "wg%d uses nonce %d twice under a key".formatted(by.host, nonce));
        }
        use.nonces.set((int) nonce);
        int number = Packets.numberIn(plaintext);
        if (number >= 0) {
            use.packets.add(number);
            check(use, number);
        }
    }

    /** A device has opened an authentic packet. */
    void open(Life by, long key) {
        Use use = uses.get(Key.at(key));
        if (use == null) {
            throw new Violation(Invariant.PLAINTEXT, "wg%d opens a message that nobody sealed".formatted(by.host));
        }
        if (use.opener == null) {
            use.opener = by;
            use.packets.forEach(number -> check(use, number));
        } else if (!use.opener.equals(by)) {
            throw new Violation(
                    Invariant.PLAINTEXT,
                    "wg%d and wg%d open messages under the same key".formatted(use.opener.host, by.host));
        }
    }

    private void check(Use use, int number) {
        if (use.opener != null && !packets.isFor(number, use.opener.host)) {
            throw new Violation(
                    Invariant.PLAINTEXT,
                    "packet %d was sealed by wg%d for wg%d, which may not see it"
                            .formatted(number, use.sealer.host, use.opener.host));
        }
    }

    /** A device was closed, and all it knew is gone. */
    void closed(Life life) {
        for (Use use : uses.values()) {
            use.goneAtSealer |= life.equals(use.sealer);
            use.goneAtOpener |= life.equals(use.opener);
        }
    }

    /** A device has removed a peer, and the keys of their sessions are gone from it. */
    void removed(Life life, int peer) {
        for (Use use : uses.values()) {
            if (use.sealer != null && use.opener != null) {
                use.goneAtSealer |= life.equals(use.sealer) && use.opener.host == peer;
                use.goneAtOpener |= life.equals(use.opener) && use.sealer.host == peer;
            }
        }
    }

    /** Looks for session keys that should be gone, and with {@code all} for all keys. */
    void checkGone(boolean all) {
        Map<Key, Integer> copies = new HashMap<>();
        SecretMemory.forEach((address, bytes) -> {
            for (int at = 0; at + BYTES <= bytes; at += BYTES) {
                Key key = Key.at(address + at);
                if (!key.isZero() && (uses.containsKey(key) || configured.contains(key))) {
                    copies.merge(key, 1, Integer::sum);
                }
            }
        });
        copies.forEach((key, count) -> {
            Use use = uses.get(key);
            int allowed = all ? 0 : use == null ? Integer.MAX_VALUE : use.copiesAllowed();
            if (count > allowed) {
                throw new Violation(
                        Invariant.SECRETS,
                        use == null
                                ? "a private or preshared key is in memory after all devices are closed"
                                : "the key of a session from wg%d is in memory %d times, and %d devices may have it"
                                        .formatted(use.sealer == null ? 0 : use.sealer.host, count, allowed));
            }
        });
    }
}
