// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The trie gives the same answers as a plain list of prefixes after any sequence of changes. */
class AllowedIpsPropertyTest {
    private static final int PEERS = 5;

    /** Keeps prefixes in the order of insertion, the order in which {@link AllowedIps#of} lists those of a peer. */
    private static final class Naive {
        private final List<Prefix> prefixes = new ArrayList<>();
        private final List<Integer> peers = new ArrayList<>();

        void insert(Prefix prefix, int peer) {
            int at = prefixes.indexOf(prefix);
            if (at >= 0) {
                drop(at);
            }
            prefixes.add(prefix);
            peers.add(peer);
        }

        boolean remove(Prefix prefix, int peer) {
            int at = prefixes.indexOf(prefix);
            boolean found = at >= 0 && peers.get(at) == peer;
            if (found) {
                drop(at);
            }
            return found;
        }

        void removeAll(int peer) {
            for (int i = peers.size() - 1; i >= 0; i--) {
                if (peers.get(i) == peer) {
                    drop(i);
                }
            }
        }

        private void drop(int at) {
            prefixes.remove(at);
            peers.remove(at);
        }

        Integer lookup(Prefix host) {
            Integer best = null;
            int length = -1;
            for (int i = 0; i < prefixes.size(); i++) {
                Prefix prefix = prefixes.get(i);
                boolean matches = prefix.ipv6() == host.ipv6()
                        && new Prefix(host.ipv6(), host.high(), host.low(), prefix.length()).equals(prefix);
                if (matches && prefix.length() > length) {
                    best = peers.get(i);
                    length = prefix.length();
                }
            }
            return best;
        }

        List<Prefix> of(int peer) {
            List<Prefix> list = new ArrayList<>();
            for (int i = 0; i < peers.size(); i++) {
                if (peers.get(i) == peer) {
                    list.add(prefixes.get(i));
                }
            }
            return list;
        }
    }

    private enum Action {
        INSERT,
        REMOVE,
        REMOVE_ALL
    }

    private record Step(Action action, Prefix prefix, int peer) {}

    /** Addresses of few bits set, so that prefixes nest and coincide. */
    private static Prefix host(Draw draw) {
        boolean ipv6 = draw.bool();
        return new Prefix(ipv6, word(draw), word(draw), ipv6 ? 128 : 32);
    }

    private static long word(Draw draw) {
        return draw.of(0L, 1L, 3L, 0x80L, 0x8000_0000L, 0xC000_0000L, 1L << 40, -1L, Long.MIN_VALUE, 0xff00L);
    }

    /** Of 29 steps 20 insert, 8 remove a prefix, and 1 removes a peer. */
    private static Step step(Draw draw) {
        Action action = draw.chance(20, 29) ? Action.INSERT : draw.chance(8, 9) ? Action.REMOVE : Action.REMOVE_ALL;
        Prefix host = host(draw);
        int length = draw.integer(0, 128);
        Prefix prefix = new Prefix(host.ipv6(), host.high(), host.low(), host.ipv6() ? length : length / 4);
        return new Step(action, prefix, draw.integer(0, PEERS - 1));
    }

    @Test
    void matchesALinearSearch() {
        Laws.check(300, draw -> {
            List<Step> steps = draw.list(0, 80, () -> step(draw));
            Prefix probe = draw.value(() -> host(draw));

            AllowedIps<Integer> trie = new AllowedIps<>();
            Naive naive = new Naive();
            List<Prefix> probes = new ArrayList<>(List.of(probe));
            for (Step step : steps) {
                Prefix prefix = step.prefix;
                switch (step.action) {
                    case INSERT -> {
                        trie.insert(prefix, step.peer);
                        naive.insert(prefix, step.peer);
                    }
                    case REMOVE ->
                        assertThat(trie.remove(prefix, step.peer)).isEqualTo(naive.remove(prefix, step.peer));
                    default -> {
                        trie.removeAll(step.peer);
                        naive.removeAll(step.peer);
                    }
                }
                // The first address of each prefix, the one before it, and one in a distant prefix.
                probes.add(new Prefix(prefix.ipv6(), prefix.high(), prefix.low(), prefix.ipv6() ? 128 : 32));
                probes.add(new Prefix(prefix.ipv6(), prefix.high(), prefix.low() - 1, prefix.ipv6() ? 128 : 32));
                probes.add(new Prefix(prefix.ipv6(), ~prefix.high(), prefix.low() + 1, prefix.ipv6() ? 128 : 32));
            }
            for (Prefix host : probes) {
                Integer found = host.ipv6() ? trie.lookup6(host.high(), host.low()) : trie.lookup4((int) host.low());
                assertThat(found).as("%s", host).isEqualTo(naive.lookup(host));
            }
            assertThat(trie.size()).isEqualTo(naive.prefixes.size());
            for (Step step : steps) {
                assertThat(trie.contains(step.prefix)).isEqualTo(naive.prefixes.contains(step.prefix));
            }
            PrefixList list = new PrefixList();
            for (int peer = 0; peer < PEERS; peer++) {
                assertThat(trie.of(peer)).isEqualTo(naive.of(peer));
                trie.copy(peer, list);
                assertThat(list).as("in place of another peer's").isEqualTo(naive.of(peer));
                trie.removeAll(peer);
            }
            assertThat(trie.size()).isZero();
            for (Prefix host : probes) {
                assertThat(host.ipv6() ? trie.lookup6(host.high(), host.low()) : trie.lookup4((int) host.low()))
                        .isNull();
            }
        });
    }
}
