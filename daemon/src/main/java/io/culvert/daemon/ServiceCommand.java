// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code culvert service}. */
@Command(
        name = "service",
        description = {
            "Runs one process that carries any number of interfaces.",
            "While it runs, culvert IFNAME hands its interface over to it and is ready at once."
        },
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100)
final class ServiceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    ServiceCommand() {}

    @Override
    public Integer call() {
        return Main.guarded(
                "service",
                manager -> new Service(
                                System.getenv(),
                                spec.parent().subcommands().keySet(),
                                Main.aeads(System.getProperty("culvert.aead", "auto")),
                                manager)
                        .run());
    }
}
