// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.InterfaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Name servers of the tunnel, which answer all queries while it is up.
 *
 * @param program {@link #RESOLVCONF} or {@link #RESOLVECTL}
 * @param servers numeric addresses
 * @param domains to search
 */
record DnsStep(String program, List<String> servers, List<String> domains) implements Step {
    static final String WORD = "dns";
    static final String RESOLVCONF = "resolvconf";
    static final String RESOLVECTL = "resolvectl";

    private static final Path ORDER = Path.of("/etc/resolvconf/interface-order");
    private static final Pattern ANY_OF_A_KIND = Pattern.compile("([A-Za-z0-9-]+)\\*");

    /**
     * The step of a configuration with DNS servers; empty for one without, as wg-quick has it.
     *
     * @throws IOException if no program can do it
     */
    static Optional<DnsStep> of(InterfaceConfig self) throws IOException {
        if (self.dns().isEmpty()) {
            return Optional.empty();
        }
        String program = Programs.isInstalled(RESOLVCONF) ? RESOLVCONF : RESOLVECTL;
        if (!Programs.isInstalled(program)) {
            throw new IOException("DNS is set, but there is neither resolvconf nor resolvectl: install openresolv or"
                    + " systemd-resolved, or take DNS out of the file");
        }
        return Optional.of(new DnsStep(program, self.dns(), self.dnsSearch()));
    }

    static DnsStep parse(List<String> words) {
        return new DnsStep(words.get(0), Step.elements(words.get(1)), Step.elements(words.get(2)));
    }

    @Override
    public String key() {
        return WORD;
    }

    @Override
    public String title() {
        return "DNS " + String.join(", ", servers) + (domains.isEmpty() ? "" : ", " + String.join(", ", domains));
    }

    @Override
    public String text() {
        return String.join(" ", WORD, program, Step.list(servers), Step.list(domains));
    }

    @Override
    public void apply(String device) throws IOException, InterruptedException {
        if (program.equals(RESOLVCONF)) {
            StringBuilder input = new StringBuilder();
            servers.forEach(server -> input.append("nameserver ").append(server).append('\n'));
            if (!domains.isEmpty()) {
                input.append("search ").append(String.join(" ", domains)).append('\n');
            }
            Programs.change(input.toString(), List.of(RESOLVCONF, "-a", record(device), "-m", "0", "-x"));
            return;
        }
        List<String> words = new ArrayList<>(List.of(RESOLVECTL, "dns", device));
        words.addAll(servers);
        Programs.change("", words);
        List<String> routed = new ArrayList<>(List.of(RESOLVECTL, "domain", device));
        routed.addAll(domains);
        // All names that no other link claims.
        routed.add("~.");
        Programs.change("", routed);
    }

    @Override
    public void undo(String device) throws IOException, InterruptedException {
        if (program.equals(RESOLVCONF)) {
            Programs.change("", List.of(RESOLVCONF, "-d", record(device), "-f"));
        } else if (Programs.hasInterface(device)) {
            Programs.change("", List.of(RESOLVECTL, "revert", device));
        }
    }

    @Override
    public boolean outlivesInterface() {
        return true;
    }

    /** Debian's resolvconf orders its records by their names, and has a pattern for those of tunnels first. */
    private static String record(String device) throws IOException {
        if (!Files.exists(ORDER)) {
            return device;
        }
        return Files.readAllLines(ORDER).stream()
                .map(line -> ANY_OF_A_KIND.matcher(line.strip()))
                .filter(Matcher::matches)
                .findFirst()
                .map(match -> match.group(1) + "." + device)
                .orElse(device);
    }
}
