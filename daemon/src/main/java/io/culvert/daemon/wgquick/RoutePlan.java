// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.Cidr;
import io.culvert.daemon.wgquick.config.InterfaceAddress;
import io.culvert.daemon.wgquick.config.RouteTable;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The routes of a configuration, and the routing policy that default routes need. For one thread. */
final class RoutePlan {
    /** The first table that is tried, as by wg-quick. */
    private static final int FIRST_TABLE = 51820;
    /** The numbers of the main table's and the default table's rules begin here; others go before. */
    private static final int FIRST_RULE = 32766;

    private static final Pattern RULE = Pattern.compile("(?m)^(\\d+):");

    private final TunnelConfig config;
    private final String device;
    private final List<Step> former;

    /**
     * A plan.
     *
     * @param former the present steps of the tunnel, whose numbers are kept
     */
    RoutePlan(TunnelConfig config, String device, List<Step> former) {
        this.config = config;
        this.device = device;
        this.former = former;
    }

    /**
     * A mark that nobody uses, and whose table is empty.
     *
     * <p>The caller holds the lock of all interfaces, and writes a state with the mark before it releases it.
     */
    static int freeMark(String device) throws IOException, InterruptedException {
        int mark = FIRST_TABLE;
        while (isUsed(mark, device)) {
            mark++;
        }
        return mark;
    }

    private static boolean isUsed(int mark, String device) throws IOException, InterruptedException {
        String table = Integer.toString(mark);
        return TunnelState.others(device).stream().anyMatch(state -> state.mark() == mark)
                || !Programs.ip("-4", "route", "show", "table", table).isBlank()
                || !Programs.ip("-6", "route", "show", "table", table).isBlank();
    }

    /** The routes that go into one table, longest first. */
    List<Step> routes() {
        RouteTable table = config.self().table();
        if (table.equals(RouteTable.OFF)) {
            return List.of();
        }
        Predicate<Prefix> needed =
                table.isSingle() ? prefix -> true : prefix -> prefix.length() > 0 && !isLocal(prefix);
        String name = table.isSingle() ? table.text() : RouteStep.MAIN;
        return prefixes()
                .filter(needed)
                .sorted(Comparator.comparingInt(Prefix::length).reversed())
                .map(prefix -> (Step) new RouteStep(prefix, name))
                .toList();
    }

    private Stream<Prefix> prefixes() {
        return config.peers().stream().flatMap(peer -> peer.allowedIps().stream());
    }

    /** Whether the kernel makes a route for it by itself, because an address of the interface has it in its network. */
    private boolean isLocal(Prefix prefix) {
        return config.self().addresses().stream()
                .filter(address -> address.ipv6() || address.length() < 32)
                .map(InterfaceAddress::network)
                .anyMatch(network -> network.ipv6() == prefix.ipv6()
                        && network.length() <= prefix.length()
                        && new Prefix(prefix.ipv6(), prefix.high(), prefix.low(), network.length()).equals(network));
    }

    /**
     * What default routes need: a table of their own, and rules by which all packets but the tunnel's look there.
     *
     * <p>The caller holds the lock of all interfaces, until the steps have been applied.
     *
     * @param mark of the tunnel's packets
     */
    List<Step> policy(int mark) throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        if (!config.isFullTunnel()) {
            return steps;
        }
        for (boolean ipv6 : new boolean[] {false, true}) {
            Optional<Prefix> everything = prefixes()
                    .filter(prefix -> prefix.ipv6() == ipv6 && prefix.length() == 0)
                    .findFirst();
            if (everything.isPresent()) {
                add(steps, everything.get(), mark);
            }
        }
        return steps;
    }

    /** The rules come last: with them all traffic changes over at once. */
    private void add(List<Step> steps, Prefix everything, int mark) throws IOException, InterruptedException {
        boolean ipv6 = everything.ipv6();
        if (!ipv6) {
            steps.add(sourceMark());
        }
        List<String> hosts = config.self().addresses().stream()
                .filter(address -> address.ipv6() == ipv6)
                .map(address -> Cidr.address(address.host()))
                .toList();
        steps.add(new FirewallStep(ipv6 ? "ip6" : "ip", mark, hosts));
        steps.add(new RouteStep(everything, Integer.toUnsignedString(mark)));
        int preference = freePreference(ipv6);
        steps.add(kept(ipv6, mark).orElse(new RuleStep(ipv6, preference, mark)));
        steps.add(kept(ipv6, 0).orElse(new RuleStep(ipv6, preference - 1, 0)));
    }

    private Step sourceMark() throws IOException {
        Optional<Step> kept =
                former.stream().filter(SourceMarkStep.class::isInstance).findFirst();
        return kept.isPresent() ? kept.get() : SourceMarkStep.of(device);
    }

    /** The rule that the tunnel has already. */
    private Optional<RuleStep> kept(boolean ipv6, int mark) {
        return former.stream()
                .filter(RuleStep.class::isInstance)
                .map(RuleStep.class::cast)
                .filter(rule -> rule.ipv6() == ipv6 && rule.mark() == mark)
                .findFirst();
    }

    /** A number before those of all other rules but the local table's, with room for one more before it. */
    private static int freePreference(boolean ipv6) throws IOException, InterruptedException {
        int least = FIRST_RULE;
        Matcher numbers = RULE.matcher(Programs.ip(IpStep.family(ipv6), "rule", "show"));
        while (numbers.find()) {
            int number = Integer.parseInt(numbers.group(1));
            least = number > 0 ? Math.min(least, number) : least;
        }
        if (least < 3) {
            throw new IOException("no number below " + least + " is free for rules (ip rule)");
        }
        return least - 1;
    }
}
