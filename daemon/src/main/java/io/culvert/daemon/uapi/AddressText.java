// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.routing.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Parses numeric addresses as {@code inet_pton} does, endpoints and prefixes. Java's own methods would also accept host
 * names and {@code 10.1} for {@code 10.0.0.1}, and turn IPv4-mapped addresses into IPv4.
 *
 * <p>All methods return {@code null}, or -1 for a number, if the text is malformed.
 */
public final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    /** Returns the 4 or 16 bytes of {@code 192.0.2.1} or {@code 2001:db8::1}. */
    public static byte[] address(String text) {
        return text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
    }

    /** Parses {@code 192.0.2.0/24} or {@code 2001:db8::/32}; bits beyond the prefix length are cleared. */
    public static Prefix prefix(String text) {
        int slash = text.indexOf('/');
        byte[] address = slash < 0 ? null : address(text.substring(0, slash));
        long length = address == null ? -1 : decimal(text.substring(slash + 1), 8L * address.length);
        return length < 0 ? null : Prefix.of(address, (int) length);
    }

    /**
     * Parses {@code 192.0.2.1:51820}, {@code [2001:db8::1]:51820} or {@code [fe80::1%2]:51820}. The zone after the
     * percent sign is an interface's index or name.
     */
    public static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        long port = colon < 0 ? -1 : decimal(text.substring(colon + 1), 65_535);
        if (port <= 0) {
            return null;
        }
        String host = text.substring(0, colon);
        InetAddress address;
        if (host.startsWith("[") && host.endsWith("]")) {
            address = scoped(host.substring(1, host.length() - 1));
        } else {
            address = resolved(ipv4(host), 0);
        }
        return address == null ? null : new InetSocketAddress(address, (int) port);
    }

    /** Parses decimal digits, without a sign; returns -1 if the text is something else or exceeds {@code max}. */
    public static long decimal(String text, long max) {
        if (text.isEmpty() || text.length() > 10) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value <= max ? value : -1;
    }

    private static InetAddress scoped(String text) {
        int percent = text.indexOf('%');
        if (percent < 0) {
            return resolved(ipv6(text), 0);
        }
        int scope = scope(text.substring(percent + 1));
        return scope <= 0 ? null : resolved(ipv6(text.substring(0, percent)), scope);
    }

    private static int scope(String text) {
        long number = decimal(text, Integer.MAX_VALUE);
        if (number >= 0) {
            return (int) number;
        }
        return InterfaceIndex.of(text);
    }

    /** Turns an IPv4-mapped address into IPv4, since it is reached through an IPv4 socket. */
    private static InetAddress resolved(byte[] address, int scope) {
        if (address == null) {
            return null;
        }
        try {
            return scope == 0 ? InetAddress.getByAddress(address) : Inet6Address.getByAddress(null, address, scope);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes is always valid", e);
        }
    }

    private static byte[] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            long part = decimal(parts[i], 255);
            if (part < 0 || parts[i].length() > 1 && parts[i].charAt(0) == '0') {
                return null;
            }
            address[i] = (byte) part;
        }
        return address;
    }

    private static byte[] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] whole = groups(text);
            return whole != null && whole.length == 2 * GROUPS ? whole : null;
        }
        byte[] head = groups(text.substring(0, gap));
        byte[] tail = groups(text.substring(gap + 2));
        // Dotted decimals are allowed at the end only, and "::" replaces at least one group.
        if (head == null || tail == null || text.lastIndexOf('.', gap) >= 0 || head.length + tail.length > 14) {
            return null;
        }
        byte[] address = new byte[2 * GROUPS];
        System.arraycopy(head, 0, address, 0, head.length);
        System.arraycopy(tail, 0, address, address.length - tail.length, tail.length);
        return address;
    }

    /**
     * Parses groups of hexadecimal digits separated by colons. The last two groups may be dotted decimals. An empty
     * text has no groups.
     */
    private static byte[] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        byte[] dotted = parts[parts.length - 1].indexOf('.') < 0 ? null : ipv4(parts[parts.length - 1]);
        int hexadecimal = dotted == null ? parts.length : parts.length - 1;
        byte[] bytes = new byte[2 * hexadecimal + (dotted == null ? 0 : 4)];
        if (bytes.length > 2 * GROUPS) {
            return null;
        }
        for (int i = 0; i < hexadecimal; i++) {
            int group = group(parts[i]);
            if (group < 0) {
                return null;
            }
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        if (dotted != null) {
            System.arraycopy(dotted, 0, bytes, 2 * hexadecimal, 4);
        }
        return bytes;
    }

    private static int group(String text) {
        if (text.isEmpty() || text.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
