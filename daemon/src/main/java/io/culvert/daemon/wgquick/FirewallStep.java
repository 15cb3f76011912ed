// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An nftables table beside a default route through the tunnel. Packets for the tunnel's addresses that come in
 * elsewhere are dropped (CVE-2019-14899), and answers to the tunnel's UDP packets get its mark, so that they pass a
 * check of the reverse path.
 *
 * @param family {@code ip} or {@code ip6}
 * @param mark of the tunnel's packets
 * @param addresses of the interface, of this family
 */
record FirewallStep(String family, int mark, List<String> addresses) implements Step {
    static final String WORD = "nft";

    static FirewallStep parse(List<String> words) {
        return new FirewallStep(words.get(0), Integer.parseUnsignedInt(words.get(1)), Step.elements(words.get(2)));
    }

    /** Tables' names have fewer characters than interfaces' names. */
    static String table(String device) {
        return "culvert-"
                + device.chars()
                        .mapToObj(c -> c == '=' || c == '+' ? "_" + Integer.toHexString(c) : Character.toString(c))
                        .collect(Collectors.joining());
    }

    @Override
    public String key() {
        return WORD + " " + family;
    }

    @Override
    public String title() {
        return "nftables table of " + (family.equals("ip6") ? "IPv6" : "IPv4");
    }

    @Override
    public String text() {
        return String.join(" ", WORD, family, Integer.toUnsignedString(mark), Step.list(addresses));
    }

    /** One transaction: also a table that is replaced is never missing. */
    @Override
    public void apply(String device) throws IOException, InterruptedException {
        String table = family + " " + table(device);
        String spoofed = addresses.stream()
                .map(address -> "    iifname != \"%s\" %s daddr %s fib saddr type != local drop\n"
                        .formatted(device, family, address))
                .collect(Collectors.joining());
        Programs.change("""
                add table %1$s
                delete table %1$s
                table %1$s {
                  chain preraw {
                    type filter hook prerouting priority raw; policy accept;
                %2$s  }
                  chain premangle {
                    type filter hook prerouting priority mangle; policy accept;
                    meta l4proto udp meta mark set ct mark
                  }
                  chain postmangle {
                    type filter hook postrouting priority mangle; policy accept;
                    meta l4proto udp meta mark %3$s ct mark set meta mark
                  }
                }
                """.formatted(table, spoofed, Integer.toUnsignedString(mark)), List.of("nft", "-f", "-"));
    }

    @Override
    public void undo(String device) throws IOException, InterruptedException {
        String table = family + " " + table(device);
        // To add a table that exists changes nothing, and to delete one that does not is an error.
        Programs.change("add table %1$s\ndelete table %1$s\n".formatted(table), List.of("nft", "-f", "-"));
    }

    @Override
    public boolean outlivesInterface() {
        return true;
    }
}
