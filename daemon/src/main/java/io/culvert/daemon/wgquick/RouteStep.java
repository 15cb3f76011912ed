// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.Cidr;
import io.culvert.daemon.wgquick.config.InterfaceAddress;
import io.culvert.engine.routing.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A route to allowed IPs.
 *
 * @param prefix the destinations
 * @param table the routing table, by number or name
 */
record RouteStep(Prefix prefix, String table) implements IpStep {
    static final String WORD = "route";
    static final String MAIN = "main";

    static RouteStep parse(List<String> words) {
        return new RouteStep(InterfaceAddress.parse(words.get(0)).network(), words.get(1));
    }

    /** The prefixes to which a table has routes through an interface. */
    static Set<String> of(String device, boolean ipv6, String table) throws InterruptedException {
        return Programs.ip(IpStep.family(ipv6), "route", "show", "table", table, "dev", device)
                .lines()
                .map(line -> line.strip().split("\\s+")[0])
                .map(text -> text.equals("default") ? (ipv6 ? "::/0" : "0.0.0.0/0") : text)
                .map(text -> text.contains("/") ? text : text + (ipv6 ? "/128" : "/32"))
                .collect(Collectors.toSet());
    }

    /** The destinations, as {@link #of} has them. */
    String destination() {
        return Cidr.text(prefix);
    }

    @Override
    public String title() {
        return "route to " + destination() + (table.equals(MAIN) ? "" : " in table " + table);
    }

    @Override
    public String text() {
        return WORD + " " + destination() + " " + table;
    }

    @Override
    public List<String> add(String device) {
        return command("add", device);
    }

    @Override
    public List<String> remove(String device) {
        return command("delete", device);
    }

    private List<String> command(String verb, String device) {
        List<String> words =
                new ArrayList<>(List.of(IpStep.family(prefix.ipv6()), "route", verb, destination(), "dev", device));
        if (!table.equals(MAIN)) {
            words.addAll(List.of("table", table));
        }
        return words;
    }

    @Override
    public boolean isDone(String device) throws InterruptedException {
        return of(device, prefix.ipv6(), table).contains(destination());
    }

    @Override
    public boolean outlivesInterface() {
        return false;
    }
}
