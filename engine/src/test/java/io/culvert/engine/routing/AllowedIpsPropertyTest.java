package io.culvert.engine.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The trie agrees with a plain list of prefixes, whatever is done to both. */
class AllowedIpsPropertyTest {
    private static final int PEERS = 5;

    /** The plain list: in order of insertion, so that a peer's prefixes come out in order too. */
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

    /** Addresses of few bits set, so that prefixes nest and meet. */
    @Provide
    Arbitrary<Prefix> hosts() {
        Arbitrary<Long> word =
                Arbitraries.of(0L, 1L, 3L, 0x80L, 0x8000_0000L, 0xC000_0000L, 1L << 40, -1L, Long.MIN_VALUE, 0xff00L);
        return Combinators.combine(Arbitraries.of(true, false), word, word)
                .as((ipv6, high, low) -> new Prefix(ipv6, high, low, ipv6 ? 128 : 32));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Prefix> prefixes = Combinators.combine(
                        hosts(), Arbitraries.integers().between(0, 128))
                .as((host, n) -> new Prefix(host.ipv6(), host.high(), host.low(), host.ipv6() ? n : n / 4));
        Arbitrary<Action> actions = Arbitraries.frequency(
                Tuple.of(20, Action.INSERT), Tuple.of(8, Action.REMOVE), Tuple.of(1, Action.REMOVE_ALL));
        Arbitrary<Integer> peers = Arbitraries.integers().between(0, PEERS - 1);
        return Combinators.combine(actions, prefixes, peers)
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 300)
    void agreesWithAPlainList(@ForAll("steps") List<Step> steps, @ForAll("hosts") Prefix probe) {
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
                case REMOVE -> assertThat(trie.remove(prefix, step.peer)).isEqualTo(naive.remove(prefix, step.peer));
                default -> {
                    trie.removeAll(step.peer);
                    naive.removeAll(step.peer);
                }
            }
            // the first and the last address of each prefix, and their neighbours outside
            probes.add(new Prefix(prefix.ipv6(), prefix.high(), prefix.low(), prefix.ipv6() ? 128 : 32));
            probes.add(new Prefix(prefix.ipv6(), prefix.high(), prefix.low() - 1, prefix.ipv6() ? 128 : 32));
            probes.add(new Prefix(prefix.ipv6(), ~prefix.high(), prefix.low() + 1, prefix.ipv6() ? 128 : 32));
        }
        for (Prefix host : probes) {
            Integer found = host.ipv6() ? trie.lookup6(host.high(), host.low()) : trie.lookup4((int) host.low());
            assertThat(found).as("%s", host).isEqualTo(naive.lookup(host));
        }
        for (int peer = 0; peer < PEERS; peer++) {
            assertThat(trie.of(peer)).isEqualTo(naive.of(peer));
            trie.removeAll(peer);
        }
        for (Prefix host : probes) {
            assertThat(host.ipv6() ? trie.lookup6(host.high(), host.low()) : trie.lookup4((int) host.low()))
                    .isNull();
        }
    }
}
