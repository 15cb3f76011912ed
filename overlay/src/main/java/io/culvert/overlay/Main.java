// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the overlay, and the entry point of its program. */
@Command(
        name = "culvert overlay",
        description = "Keeps the peer lists of many nodes by records in etcd.",
        mixinStandardHelpOptions = true,
        version = "culvert overlay " + Main.VERSION,
        usageHelpWidth = 100)
public final class Main {
    static final String VERSION = "0.1.0";

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
