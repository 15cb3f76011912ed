// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.daemon.wgquick.config.ConfigKey.Section;
import io.culvert.engine.noise.KeyText;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One line of a file, without comment and surrounding white space. There is a method for each type of value, which
 * throws with what was expected. Values that may be secret are neither copied to the heap nor part of messages.
 *
 * @param number counted from 1
 * @param bytes the whole file
 * @param from index of the first byte
 * @param to index after the last byte
 */
record ConfigLine(int number, ByteBuffer bytes, int from, int to) {
    private static final int LONGEST_NAME = 40;
    private static final int SMALLEST_MTU = 68;

    /** What is wrong with a line. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1;

        Fault(String message) {
            super(message);
        }
    }

    /** The line from {@code from} to {@code to}, of which the comment and white space are cut off. */
    static ConfigLine of(int number, ByteBuffer bytes, int from, int to) {
        int end = from;
        while (end < to && bytes.get(end) != '#') {
            end++;
        }
        return new ConfigLine(number, bytes, from, end).trimmed();
    }

    private ConfigLine trimmed() {
        int begin = from;
        int end = to;
        while (begin < end && isSpace(bytes.get(begin))) {
            begin++;
        }
        while (end > begin && isSpace(bytes.get(end - 1))) {
            end--;
        }
        return new ConfigLine(number, bytes, begin, end);
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    boolean isEmpty() {
        return from == to;
    }

    /** Whether it begins a section, known or not. */
    boolean isSection() {
        return !isEmpty() && bytes.get(from) == '[';
    }

    Section section() throws Fault {
        String name = to - from > LONGEST_NAME ? "" : text();
        return Stream.of(Section.values())
                .filter(section -> section.text().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new Fault("unknown section " + name + "; there are [Interface] and [Peer]"));
    }

    /** The key before the equals sign, which must be one of {@code section}, or {@code null} before any section. */
    ConfigKey key(Section section) throws Fault {
        int equals = equals();
        if (equals == to) {
            throw new Fault("expected KEY = VALUE");
        }
        String name = equals - from > LONGEST_NAME
                ? "..."
                : new ConfigLine(number, bytes, from, equals).trimmed().text();
        if (section == null) {
            throw new Fault(name + " stands before the first [Interface] or [Peer]");
        }
        ConfigKey key = ConfigKey.of(name);
        if (key == null) {
            throw new Fault("unknown key \"" + name + "\"; " + section.text() + " has "
                    + String.join(
                            ", ",
                            Stream.of(ConfigKey.values())
                                    .filter(each -> each.section() == section)
                                    .map(ConfigKey::text)
                                    .toList()));
        }
        if (key.section() != section) {
            throw new Fault(key.text() + " belongs in " + key.section().text() + ", not in " + section.text());
        }
        return key;
    }

    /** What is behind the equals sign. */
    ConfigLine value() {
        return new ConfigLine(number, bytes, equals() + 1, to).trimmed();
    }

    private int equals() {
        int equals = from;
        while (equals < to && bytes.get(equals) != '=') {
            equals++;
        }
        return equals;
    }

    String text() {
        byte[] text = new byte[to - from];
        bytes.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The parts between commas and white space. */
    List<String> words() {
        return Stream.of(text().split("[\\s,]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    Secret secret() throws Fault {
        Secret secret = new Secret();
        try {
            decode((i, value) -> Memory.putByte(secret.address() + i, value));
            return secret;
        } catch (Fault e) {
            secret.close();
            throw e;
        }
    }

    PublicKey publicKey() throws Fault {
        byte[] key = new byte[PublicKey.BYTES];
        decode((i, value) -> key[i] = value);
        return new PublicKey(key);
    }

    private void decode(KeyText.Target target) throws Fault {
        if (to - from != KeyText.CHARACTERS) {
            throw new Fault("expected a key in Base64 of " + KeyText.CHARACTERS + " characters, got " + (to - from));
        }
        if (!KeyText.decode(index -> bytes.get(from + index), target)) {
            throw new Fault("expected a key in Base64, got characters that are none's");
        }
    }

    int number(int min, int max) throws Fault {
        long value = AddressText.decimal(text(), max);
        if (value < min) {
            throw new Fault("expected a number from " + min + " to " + max + ", got \"" + text() + "\"");
        }
        return (int) value;
    }

    int mtu() throws Fault {
        return number(SMALLEST_MTU, 65_535);
    }

    int keepalive() throws Fault {
        return text().equalsIgnoreCase("off") ? 0 : number(0, 65_535);
    }

    /** A mark of 32 bits, in decimal or, after 0x, hexadecimal digits. */
    int fwmark() throws Fault {
        String text = text();
        if (text.equalsIgnoreCase("off")) {
            return 0;
        }
        if (text.matches("0[xX][0-9a-fA-F]{1,8}")) {
            return Integer.parseUnsignedInt(text.substring(2), 16);
        }
        long value = AddressText.decimal(text, 0xffff_ffffL);
        if (value < 0) {
            throw new Fault("expected off or a number of 32 bits, such as 51820 or 0xca6c, got \"" + text + "\"");
        }
        return (int) value;
    }

    boolean bool() throws Fault {
        String text = text();
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new Fault("expected true or false, got \"" + text + "\"");
        }
        return text.equalsIgnoreCase("true");
    }

    RouteTable table() throws Fault {
        return RouteTables.find(text())
                .orElseThrow(() -> new Fault("expected auto, off, or a routing table's number or name (rt_tables),"
                        + " got \"" + text() + "\""));
    }

    Endpoint endpoint() throws Fault {
        return Optional.ofNullable(Endpoint.parse(text(), number))
                .orElseThrow(() -> new Fault("expected HOST:PORT, such as 192.0.2.1:51820, [2001:db8::1]:51820 or"
                        + " host.example:51820, got \"" + text() + "\""));
    }

    static InterfaceAddress address(String word) throws Fault {
        return Optional.ofNullable(InterfaceAddress.parse(word))
                .orElseThrow(() -> new Fault("expected an address with the length of its network's prefix, such as"
                        + " 10.0.0.1/24 or fd00::1/64, got \"" + word + "\""));
    }

    static Prefix prefix(String word) throws Fault {
        InterfaceAddress parsed = InterfaceAddress.parse(word);
        if (parsed == null) {
            throw new Fault(
                    "expected an address and a prefix length, such as 10.0.0.0/8 or fd00::/64, got \"" + word + "\"");
        }
        return parsed.network();
    }
}
