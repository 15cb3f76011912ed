// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.util.List;

/** A WireGuard program that serves the UAPI. */
enum Implementation {
    CULVERT("culvert") {
        @Override
        List<String> command(String name) {
            return List.of(System.getProperty("culvert.launcher"), "--foreground", name);
        }
    },
    WIREGUARD_GO("wireguard-go") {
        @Override
        List<String> command(String name) {
            return List.of("wireguard-go", "--foreground", name);
        }
    };

    private final String label;

    Implementation(String label) {
        this.label = label;
    }

    /** The command that runs it in the foreground for the interface {@code name}. */
    abstract List<String> command(String name);

    @Override
    public String toString() {
        return label;
    }
}
