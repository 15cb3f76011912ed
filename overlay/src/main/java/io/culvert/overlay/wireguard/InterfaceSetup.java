// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Addresses, MTU and routes of an interface, as they are to be; {@code ip} of iproute2 sets them. What is already so
 * stays untouched.
 *
 * @param addresses addresses with their length, such as {@code 10.64.1.1/32}
 * @param mtu in bytes
 * @param routes prefixes that the interface leads to, such as {@code 10.64.0.0/10}
 */
public record InterfaceSetup(List<String> addresses, int mtu, List<String> routes) {
    private static final Set<String> FAMILIES = Set.of("inet", "inet6");

    /**
     * Sets the interface up.
     *
     * @param isOurs which addresses of the interface are removed if they are not wanted; others stay
     * @throws IOException if {@code ip} is missing or refuses, with its words
     */
    public void apply(String name, Predicate<String> isOurs) throws IOException, InterruptedException {
        List<String> present = present(name);
        StringBuilder batch = new StringBuilder();
        for (String address : present) {
            if (isOurs.test(address) && !isWanted(address)) {
                batch.append("address del %s dev %s\n".formatted(address, name));
            }
        }
        for (String address : addresses) {
            batch.append("address replace %s dev %s\n".formatted(address, name));
        }
        batch.append("link set dev %s mtu %d up\n".formatted(name, mtu));
        for (String route : routes) {
            batch.append("route replace %s dev %s\n".formatted(route, name));
        }
        Program.run(batch.toString(), "ip", "-batch", "-");
    }

    private boolean isWanted(String address) {
        return addresses.stream().anyMatch(wanted -> wanted.equals(address));
    }

    /** The interface's addresses with their lengths; an interface that is not there is an error. */
    private static List<String> present(String name) throws IOException, InterruptedException {
        List<String> present = new ArrayList<>();
        for (String line : Program.run("", "ip", "-oneline", "address", "show", "dev", name)
                .split("\n")) {
            address(line).ifPresent(present::add);
        }
        return present;
    }

    /** The address of a line such as {@code 5: wg0    inet 10.64.1.1/32 scope global wg0}. */
    private static Optional<String> address(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length < 4 || !FAMILIES.contains(words[2])) {
            return Optional.empty();
        }
        String length = words[2].equals("inet") ? "/32" : "/128";
        return Optional.of(words[3].contains("/") ? words[3] : words[3] + length);
    }
}
