// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.wgquick.config.ConfigKey.Section;
import io.culvert.daemon.wgquick.config.ConfigLine.Fault;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.routing.Prefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses a file whole, and names all faults in it by their line. What {@code wg} and {@code wg-quick} take in spite of
 * a probable mistake is taken too, with a warning.
 *
 * <p>One thread. Closing it zeroes the secrets of a file that was not finished.
 */
public final class ConfigParser implements AutoCloseable {
    private static final int MOST_FAULTS = 20;
    private static final int SMALLEST_MTU_OF_IPV6 = 1280;

    private final String file;
    private final List<String> faults = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final InterfaceSection self = new InterfaceSection();
    private final List<PeerSection> peers = new ArrayList<>();
    private final Map<PublicKey, Integer> linesOfPeers = new HashMap<>();
    private final Map<Prefix, PeerSection> owners = new HashMap<>();
    // The section that lines belong to, null before the first; and the line where [Interface] began, 0 before it.
    private Section section;
    private int selfLine;

    private ConfigParser(String file) {
        this.file = file;
    }

    /**
     * A file's content, and what it should say differently.
     *
     * @param config the caller closes it
     * @param warnings each with file and line
     */
    public record Parsed(TunnelConfig config, List<String> warnings) {}

    /**
     * Parses a file.
     *
     * @param file its name, for messages
     * @param bytes its content, a direct buffer, which stays the caller's
     * @throws ConfigException if anything in it is wrong
     */
    public static Parsed parse(String file, ByteBuffer bytes) throws ConfigException {
        try (ConfigParser parser = new ConfigParser(file)) {
            int number = 0;
            int from = hasByteOrderMark(bytes) ? 3 : 0;
            while (from < bytes.limit()) {
                int to = from;
                while (to < bytes.limit() && bytes.get(to) != '\n') {
                    to++;
                }
                parser.accept(ConfigLine.of(++number, bytes, from, to));
                from = to + 1;
            }
            return parser.finish();
        }
    }

    private static boolean hasByteOrderMark(ByteBuffer bytes) {
        return bytes.limit() >= 3
                && bytes.get(0) == (byte) 0xef
                && bytes.get(1) == (byte) 0xbb
                && bytes.get(2) == (byte) 0xbf;
    }

    private void accept(ConfigLine line) {
        if (line.isEmpty()) {
            return;
        }
        String name = "";
        try {
            if (line.isSection()) {
                begin(line);
                return;
            }
            ConfigKey key = line.key(section);
            name = key.text() + ": ";
            if (section == Section.INTERFACE) {
                self.accept(key, line.value());
            } else {
                accept(key, line.value());
            }
        } catch (Fault e) {
            fault(line.number(), name + e.getMessage());
        }
    }

    private void begin(ConfigLine line) throws Fault {
        // Lines of an unknown section are looked at as if they were the former one's, so that all faults are found.
        section = line.section();
        if (section == Section.PEER) {
            peers.add(new PeerSection(line.number()));
        } else if (selfLine > 0) {
            throw new Fault("a second [Interface]; the first is in line " + selfLine);
        } else {
            selfLine = line.number();
        }
    }

    private void accept(ConfigKey key, ConfigLine value) throws Fault {
        PeerSection peer = peers.getLast();
        peer.accept(key, value);
        if (key == ConfigKey.PUBLIC_KEY) {
            Integer before = linesOfPeers.putIfAbsent(peer.publicKey(), value.number());
            if (before != null) {
                throw new Fault("the same key as in line " + before + "; a peer has one [Peer]");
            }
        } else if (key == ConfigKey.ALLOWED_IPS) {
            for (String word : value.words()) {
                own(peer, word, value.number());
            }
        }
    }

    private void own(PeerSection peer, String word, int line) throws Fault {
        Prefix prefix = ConfigLine.prefix(word);
        if (!word.contains("/")) {
            warn(line, "AllowedIPs: " + word + " has no prefix length; taken as " + Cidr.text(prefix));
        }
        PeerSection before = owners.put(prefix, peer);
        if (before != null && before != peer) {
            before.remove(prefix);
            warn(
                    line,
                    "AllowedIPs: the peer of line " + before.line() + " has " + Cidr.text(prefix)
                            + " too; the later one gets it");
        }
        peer.add(prefix);
    }

    private void fault(int line, String what) {
        faults.add(place(line) + what);
    }

    private void warn(int line, String what) {
        warnings.add(place(line) + what);
    }

    private String place(int line) {
        return file + ":" + line + ": ";
    }

    private Parsed finish() throws ConfigException {
        for (PeerSection peer : peers) {
            if (!peer.has(ConfigKey.PUBLIC_KEY)) {
                fault(peer.line(), "[Peer] has no PublicKey");
            }
        }
        if (selfLine == 0) {
            faults.add(file + ": there is no [Interface]");
        }
        int mtu = self.mtu().orElse(SMALLEST_MTU_OF_IPV6);
        if (mtu < SMALLEST_MTU_OF_IPV6 && self.hasIpv6()) {
            fault(
                    self.line(ConfigKey.MTU),
                    "MTU: IPv6, which an Address has, needs " + SMALLEST_MTU_OF_IPV6 + " at least, got " + mtu);
        }
        if (faults.size() > MOST_FAULTS) {
            int more = faults.size() - MOST_FAULTS;
            faults.subList(MOST_FAULTS, faults.size()).clear();
            faults.add(file + ": and " + more + " more faults");
        }
        if (!faults.isEmpty()) {
            throw new ConfigException(faults);
        }
        return new Parsed(
                new TunnelConfig(
                        self.finish(), peers.stream().map(PeerSection::finish).toList()),
                warnings);
    }

    @Override
    public void close() {
        self.close();
        peers.forEach(PeerSection::close);
    }
}
