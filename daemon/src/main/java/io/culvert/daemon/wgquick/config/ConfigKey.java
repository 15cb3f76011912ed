// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of a configuration file, each with its section. Case does not count. */
enum ConfigKey {
    PRIVATE_KEY("PrivateKey", Section.INTERFACE, false),
    LISTEN_PORT("ListenPort", Section.INTERFACE, false),
    FW_MARK("FwMark", Section.INTERFACE, false),
    ADDRESS("Address", Section.INTERFACE, true),
    DNS("DNS", Section.INTERFACE, true),
    MTU("MTU", Section.INTERFACE, false),
    TABLE("Table", Section.INTERFACE, false),
    PRE_UP("PreUp", Section.INTERFACE, true),
    POST_UP("PostUp", Section.INTERFACE, true),
    PRE_DOWN("PreDown", Section.INTERFACE, true),
    POST_DOWN("PostDown", Section.INTERFACE, true),
    SAVE_CONFIG("SaveConfig", Section.INTERFACE, false),
    PUBLIC_KEY("PublicKey", Section.PEER, false),
    PRESHARED_KEY("PresharedKey", Section.PEER, false),
    ALLOWED_IPS("AllowedIPs", Section.PEER, true),
    ENDPOINT("Endpoint", Section.PEER, false),
    PERSISTENT_KEEPALIVE("PersistentKeepalive", Section.PEER, false);

    private static final Map<String, ConfigKey> BY_NAME = Stream.of(values())
            .collect(Collectors.toUnmodifiableMap(key -> key.text.toLowerCase(Locale.ROOT), Function.identity()));

    private final String text;
    private final Section section;
    private final boolean repeatable;

    ConfigKey(String text, Section section, boolean repeatable) {
        this.text = text;
        this.section = section;
        this.repeatable = repeatable;
    }

    /** The parts of a file, each of which begins with its name in brackets. */
    enum Section {
        INTERFACE("[Interface]"),
        PEER("[Peer]");

        private final String text;

        Section(String text) {
            this.text = text;
        }

        /** The line that begins it. */
        String text() {
            return text;
        }
    }

    /** The key of this name, or {@code null}. */
    static ConfigKey of(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    String text() {
        return text;
    }

    Section section() {
        return section;
    }

    /** Whether a section may have it several times. */
    boolean isRepeatable() {
        return repeatable;
    }
}
