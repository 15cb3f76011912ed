// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.engine.routing.Prefix;

/** Addresses and prefixes as text: IPv6 in its canonical form (RFC 5952), as {@code ip} and {@code wg} print it. */
public final class Cidr {
    private static final int GROUPS = 8;

    private Cidr() {}

    /** The address and the length, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}. */
    public static String text(Prefix prefix) {
        return address(prefix) + "/" + prefix.length();
    }

    /** The address alone. */
    public static String address(Prefix prefix) {
        if (!prefix.ipv6()) {
            long a = prefix.low();
            return (a >> 24 & 255) + "." + (a >> 16 & 255) + "." + (a >> 8 & 255) + "." + (a & 255);
        }
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            long half = i < GROUPS / 2 ? prefix.high() : prefix.low();
            groups[i] = (int) (half >>> (48 - 16 * (i % 4)) & 0xffff);
        }
        return ipv6(groups);
    }

    /** Replaces the first of the longest runs of two or more zero groups by two colons. */
    private static String ipv6(int[] groups) {
        int begin = -1;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = zeros(groups, i);
            if (length > longest) {
                begin = i;
                longest = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == begin) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static int zeros(int[] groups, int from) {
        int length = 0;
        while (from + length < GROUPS && groups[from + length] == 0) {
            length++;
        }
        return length;
    }
}
