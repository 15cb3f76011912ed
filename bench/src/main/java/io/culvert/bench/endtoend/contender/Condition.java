package io.culvert.bench.endtoend.contender;

import java.util.ArrayList;
import java.util.List;

/**
 * What a tunnel is opened with. In names of tests it follows the test: {@code tcp1@ipv6}, {@code tcp1@mtu9000@peers100}.
 *
 * @param ipv6 whether the tunnel runs over IPv6
 * @param mtu outside, in bytes; the tunnel has {@value #OVERHEAD} fewer
 * @param peers how many are configured at each end, the one that serves among them
 */
public record Condition(boolean ipv6, int mtu, int peers) {
    /** Over IPv4, at the usual MTU, with one peer. */
    public static final Condition USUAL = new Condition(false, 1500, 1);

    /** What WireGuard adds to a packet over IPv6; the same for all contenders, so that all carry packets of one size. */
    public static final int OVERHEAD = 80;

    private static final int MAX_PEERS = 60_000;

    /** Refuses an MTU below 1280 or above 65535, and fewer than 1 or more than 60,000 peers. */
    public Condition {
        if (mtu < 1280 || mtu > 65535) {
            throw new IllegalArgumentException("MTU " + mtu + " is not from 1280 to 65535");
        }
        if (peers < 1 || peers > MAX_PEERS) {
            throw new IllegalArgumentException(peers + " peers are not from 1 to " + MAX_PEERS);
        }
    }

    /**
     * Reads what follows a test's name.
     *
     * @throws IllegalArgumentException when a word is neither {@code ipv6} nor {@code mtuN} nor {@code peersN}
     */
    public static Condition of(List<String> words) {
        Condition condition = USUAL;
        for (String word : words) {
            if (word.equals("ipv6")) {
                condition = new Condition(true, condition.mtu, condition.peers);
            } else if (word.matches("mtu\\d{1,5}")) {
                condition = new Condition(condition.ipv6, Integer.parseInt(word.substring(3)), condition.peers);
            } else if (word.matches("peers\\d{1,5}")) {
                condition = new Condition(condition.ipv6, condition.mtu, Integer.parseInt(word.substring(5)));
            } else {
                throw new IllegalArgumentException("no condition: " + word + " (there are ipv6, mtuN, peersN)");
            }
        }
        return condition;
    }

    /** The MTU of the tunnel's interface. */
    public int innerMtu() {
        return mtu - OVERHEAD;
    }

    /** As in names of tests, with an {@code @} before each word; nothing for the usual one. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>(List.of(""));
        if (ipv6) {
            words.add("ipv6");
        }
        if (mtu != USUAL.mtu) {
            words.add("mtu" + mtu);
        }
        if (peers != USUAL.peers) {
            words.add("peers" + peers);
        }
        return String.join("@", words);
    }
}
