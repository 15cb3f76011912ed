// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import java.util.List;

/** A file that cannot be used. The message has a line for each fault, with file and line number, and no secret. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigException(List<String> faults) {
        super(String.join("\n", faults));
    }

    /** One fault. */
    public ConfigException(String fault) {
        super(fault);
    }
}
