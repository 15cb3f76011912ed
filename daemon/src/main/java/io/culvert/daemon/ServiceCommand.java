// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code culvert service}. */
@Command(
        name = Serving.SERVICE,
        description = {
            "Runs one process that carries any number of interfaces.",
            "While it runs, culvert IFNAME hands its interface over to it and is ready at once."
        },
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100)
final class ServiceCommand implements Callable<Integer> {
    ServiceCommand() {}

    @Override
    public Integer call() {
        return Serving.serve();
    }
}
