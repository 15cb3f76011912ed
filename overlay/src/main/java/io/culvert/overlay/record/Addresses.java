// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.net.Inet6Address;
import java.net.InetAddress;

/** IP addresses as text, without a name service. */
final class Addresses {
    private Addresses() {}

    /**
     * Reads an IPv4 or IPv6 address in the common notation, without a zone.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static InetAddress of(String text) {
        // ofLiteral also takes numbers without dots, parts in octal and zones.
        boolean common = text.indexOf(':') >= 0
                ? text.matches("[0-9a-fA-F:.]{2,45}")
                : text.matches("((0|[1-9][0-9]{0,2})(\\.|$)){4}") && !text.endsWith(".");
        if (!common) {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        return InetAddress.ofLiteral(text);
    }

    /** RFC 5952, section 4: in lower case, without leading zeros, the longest run of zeros as two colons. */
    static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int start = -1;
        int length = 1; // a single group is not shortened
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(bytes, end) == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (i > 0 && i != start + length) {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(bytes, i)));
            }
        }
        return text.toString();
    }

    private static int group(byte[] bytes, int i) {
        return (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }
}
