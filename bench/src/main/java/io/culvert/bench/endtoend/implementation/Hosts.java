// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;

/**
 * The two hosts between which a tunnel's traffic runs, by side.
 *
 * <pre>
 *   ENDS      A ==== B             the ends themselves
 *   GATEWAY   C -- A ==== B -- D   C and D, in namespaces of their own; A and B forward
 *   VXLAN     A ==== B             the ends, at addresses of a VXLAN that the tunnel carries
 * </pre>
 *
 * @param namespaces where the hosts are
 * @param addresses that their traffic has
 * @param mtu of their traffic's way, in bytes
 */
record Hosts(List<NetworkNamespace> namespaces, List<String> addresses, int mtu) {
    /** Outer Ethernet, IPv4, UDP and VXLAN headers (RFC 7348, section 5). */
    private static final int VXLAN_OVERHEAD = 50;

    private static final String VXLAN_DEVICE = "vxlan0";
    private static final String NAT_RULES = """
            table inet culvert {
              chain postrouting {
                type nat hook postrouting priority srcnat;
                oifname "%1$s" masquerade
              }
              chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname "lan0" oifname "%1$s" ct state new accept
              }
            }
            """;

    /** The ends of a tunnel. */
    static Hosts ends(Testbed testbed, Condition condition) {
        return new Hosts(
                List.of(testbed.namespace(0), testbed.namespace(1)),
                List.of(Testbed.inside(0), Testbed.inside(1)),
                condition.innerMtu());
    }

    /**
     * Makes the hosts of a topology.
     *
     * @param devices the tunnel's interfaces by side
     */
    static Hosts of(Testbed testbed, List<String> devices, Condition condition)
            throws IOException, InterruptedException {
        Topology topology = condition.topology();
        if (topology == Topology.VXLAN) {
            return overlay(testbed, condition);
        }
        return topology.forwards() ? behind(testbed, devices, condition) : ends(testbed, condition);
    }

    /** The network of the host behind a side. */
    static String network(int side, boolean ipv6) {
        return ipv6 ? "fd19:" + side + "::/64" : "10.19." + side + ".0/24";
    }

    private static String lan(int side, int host, boolean ipv6) {
        return ipv6 ? "fd19:" + side + "::" + host : "10.19." + side + "." + host;
    }

    /** The address of a side in the tunnel. */
    static String inside(int side, boolean ipv6) {
        return ipv6 ? "fd1a::" + (side + 1) : Testbed.inside(side);
    }

    private static Hosts behind(Testbed testbed, List<String> devices, Condition condition)
            throws IOException, InterruptedException {
        boolean ipv6 = condition.topology().isIpv6();
        String plain = ipv6 ? "/64" : "/24";
        for (int side = 0; side < 2; side++) {
            NetworkNamespace gateway = testbed.namespace(side);
            NetworkNamespace host = testbed.addNamespace(side == 0 ? "c" : "d");
            NetworkNamespace.connect(gateway, "lan0", host, "veth0", condition.mtu());
            gateway.ip(address(lan(side, 1, ipv6) + plain, "lan0", ipv6));
            gateway.ip("link", "set", "lan0", "up");
            host.ip(address(lan(side, 2, ipv6) + plain, "veth0", ipv6));
            host.ip("link", "set", "veth0", "up");
            host.ip("route", "add", "default", "via", lan(side, 1, ipv6));
            gateway.run("sysctl", "-qw", ipv6 ? "net.ipv6.conf.all.forwarding=1" : "net.ipv4.ip_forward=1");
            String device = devices.get(side);
            if (ipv6) {
                gateway.ip(address(inside(side, true) + plain, device, true));
            }
            gateway.ip("route", "add", network(1 - side, ipv6), "via", inside(1 - side, ipv6), "dev", device);
        }
        if (condition.topology().hasNat()) {
            testbed.namespace(0)
                    .command("nft", "-f", "-")
                    .input(NAT_RULES.formatted(devices.getFirst()))
                    .run()
                    .requireSuccess();
        }
        return new Hosts(
                List.of(testbed.namespace(2), testbed.namespace(3)),
                List.of(lan(0, 2, ipv6), lan(1, 2, ipv6)),
                condition.innerMtu());
    }

    private static String[] address(String address, String device, boolean ipv6) {
        return ("addr add " + address + " dev " + device + (ipv6 ? " nodad" : "")).split(" ");
    }

    private static Hosts overlay(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        int mtu = condition.innerMtu() - VXLAN_OVERHEAD;
        for (int side = 0; side < 2; side++) {
            String add = "link add %s type vxlan id 7 local %s remote %s dstport 4789"
                    .formatted(VXLAN_DEVICE, Testbed.inside(side), Testbed.inside(1 - side));
            testbed.namespace(side).ip(add.split(" "));
            testbed.namespace(side).ip(address(overlayAddress(side) + "/24", VXLAN_DEVICE, false));
            testbed.namespace(side).ip("link", "set", VXLAN_DEVICE, "mtu", "" + mtu, "up");
        }
        return new Hosts(
                List.of(testbed.namespace(0), testbed.namespace(1)),
                List.of(overlayAddress(0), overlayAddress(1)),
                mtu);
    }

    private static String overlayAddress(int side) {
        return "10.20.0." + (side + 1);
    }
}
