// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.util.ArrayList;
import java.util.List;

/**
 * A rule of the routing policy for a default route through the tunnel. Packets of the tunnel itself have the mark; all
 * others look in the tunnel's table, after the routes of the main table that are no default routes.
 *
 * @param ipv6 whether the family is IPv6; else IPv4
 * @param preference the rule's number, by which it is found again
 * @param mark of the tunnel's packets, which is its table, too; 0 for the rule of the main table
 */
record RuleStep(boolean ipv6, int preference, int mark) implements IpStep {
    static final String WORD = "rule";

    static RuleStep parse(List<String> words) {
        return new RuleStep(
                words.get(0).equals("-6"), Integer.parseInt(words.get(1)), Integer.parseUnsignedInt(words.get(2)));
    }

    @Override
    public String title() {
        return "rule " + preference + " of " + (ipv6 ? "IPv6" : "IPv4");
    }

    @Override
    public String text() {
        return WORD + " " + IpStep.family(ipv6) + " " + preference + " " + Integer.toUnsignedString(mark);
    }

    @Override
    public List<String> add(String device) {
        return command("add");
    }

    @Override
    public List<String> remove(String device) {
        return command("delete");
    }

    private List<String> command(String verb) {
        List<String> words =
                new ArrayList<>(List.of(IpStep.family(ipv6), "rule", verb, "preference", Integer.toString(preference)));
        String number = Integer.toUnsignedString(mark);
        words.addAll(
                mark == 0
                        ? List.of("table", "main", "suppress_prefixlength", "0")
                        : List.of("not", "fwmark", number, "table", number));
        return words;
    }

    @Override
    public boolean isDone(String device) throws InterruptedException {
        String number = Integer.toUnsignedString(mark);
        String wanted = mark == 0 ? "lookup main suppress_prefixlength 0" : "lookup " + number;
        return Programs.ip(IpStep.family(ipv6), "rule", "show", "preference", Integer.toString(preference))
                .contains(wanted);
    }

    @Override
    public boolean outlivesInterface() {
        return true;
    }
}
