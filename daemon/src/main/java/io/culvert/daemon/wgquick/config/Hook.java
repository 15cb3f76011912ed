// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

/** When a command of the file is run. */
public enum Hook {
    PRE_UP(ConfigKey.PRE_UP),
    POST_UP(ConfigKey.POST_UP),
    PRE_DOWN(ConfigKey.PRE_DOWN),
    POST_DOWN(ConfigKey.POST_DOWN);

    private final ConfigKey key;

    Hook(ConfigKey key) {
        this.key = key;
    }

    ConfigKey key() {
        return key;
    }

    /** Its name in the file. */
    public String text() {
        return key.text();
    }
}
