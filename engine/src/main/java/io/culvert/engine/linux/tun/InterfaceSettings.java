// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.Shortfalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The settings that the kernel's WireGuard gives its interface when it goes up (device.c, wg_open), as sysctls of the
 * calling thread's network namespace. One that cannot be written, as in a container, is a {@link
 * io.culvert.engine.io.Shortfall}.
 */
final class InterfaceSettings {
    /** A shortfall: the interface may get a link-local address. */
    static final String ADDRESSES = "no-link-local-address";
    /** A shortfall: the namespace may send ICMP redirects to peers, or obey those of peers. */
    static final String REDIRECTS = "no-redirects";

    private final Path sysctls;
    private final Shortfalls shortfalls;

    /** Settings in {@code /proc/sys/net}, or a directory in its place. */
    InterfaceSettings(Path sysctls, Shortfalls shortfalls) {
        this.sysctls = sysctls;
        this.shortfalls = shortfalls;
    }

    /**
     * No link-local address, whose router solicitations would be traffic on an idle tunnel. Before the interface goes
     * up; a move to another namespace resets it.
     */
    void withoutOwnAddresses(String name) {
        if (set("1", "ipv6/conf/" + name + "/addr_gen_mode", ADDRESSES)) {
            shortfalls.end(ADDRESSES);
        }
    }

    /**
     * No redirects. A hub whose peers reach each other through it would tell them of a shorter way, which a tunnel does
     * not have; the kernel sends redirects if the interface or the namespace allows them. And a peer is no router of
     * the tunnel's network.
     */
    void withoutRedirects(String name) {
        if (set("0", "ipv4/conf/all/send_redirects", REDIRECTS)
                && set("0", "ipv4/conf/" + name + "/send_redirects", REDIRECTS)
                && set("0", "ipv4/conf/" + name + "/accept_redirects", REDIRECTS)
                && set("0", "ipv6/conf/" + name + "/accept_redirects", REDIRECTS)) {
            shortfalls.end(REDIRECTS);
        }
    }

    /** Sets a sysctl unless it has the value, or the system lacks its family; returns whether it is as wanted. */
    private boolean set(String value, String sysctl, String what) {
        Path file = sysctls.resolve(sysctl);
        try {
            if (Files.exists(file) && !Files.readString(file).strip().equals(value)) {
                Files.writeString(file, value + "\n");
            }
            return true;
        } catch (IOException e) {
            shortfalls.begin(what, "cannot write " + e.getMessage());
            return false;
        }
    }
}
