// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.net.InetAddress;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The MTU of a tunnel whose file has none: that of the route to its endpoints, less what WireGuard adds. */
final class DefaultMtu {
    /** Outer headers of IPv6 and UDP, and WireGuard's header and tag. */
    private static final int OVERHEAD = 80;

    private static final int ETHERNET = 1500;
    private static final Pattern MTU = Pattern.compile("\\bmtu (\\d+)");
    private static final Pattern DEVICE = Pattern.compile("\\bdev (\\S+)");

    private DefaultMtu() {}

    /**
     * The MTU, by the largest of the endpoints' routes, or else by the default route, or else Ethernet's.
     *
     * @param mark of the tunnel's packets, which may have routes of their own; 0 for none
     */
    static int of(Collection<InetAddress> endpoints, int mark) throws InterruptedException {
        int largest = 0;
        for (InetAddress endpoint : endpoints) {
            String host = endpoint.getHostAddress().replaceFirst("%.*", "");
            largest = Math.max(
                    largest,
                    ofRoute(
                            mark == 0
                                    ? Programs.ip("route", "get", host)
                                    : Programs.ip("route", "get", host, "mark", Integer.toUnsignedString(mark))));
        }
        if (largest == 0) {
            largest = ofRoute(
                    Programs.ip("route", "show", "default").lines().findFirst().orElse(""));
        }
        return (largest > 0 ? largest : ETHERNET) - OVERHEAD;
    }

    private static int ofRoute(String route) throws InterruptedException {
        int own = number(route);
        Matcher device = DEVICE.matcher(route);
        return own > 0 || !device.find() ? own : number(Programs.ip("link", "show", "dev", device.group(1)));
    }

    private static int number(String text) {
        Matcher mtu = MTU.matcher(text);
        return mtu.find() ? Integer.parseInt(mtu.group(1)) : 0;
    }
}
