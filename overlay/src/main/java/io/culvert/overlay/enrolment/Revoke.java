// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Member;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends a membership. */
@Command(
        name = "revoke",
        description = {
            "Ends the membership of NODE: the other nodes remove it as soon as they see its record.",
            "Its prefixes rest for twice a membership's life before another node gets them."
        },
        mixinStandardHelpOptions = true)
public final class Revoke implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Parameters(index = "1", paramLabel = "NODE", description = "Name of the node.")
    private String node;

    @Option(names = "--rbac", description = "Also print what etcd's root has to delete.")
    private boolean rbac;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Enroller enroller = Enroller.open(options)) {
            Registry registry = enroller.registry(enroller.key());
            Config config = enroller.config(registry);
            Member member = enroller.ask(
                    registry, asked -> asked.change(config, Names.node(spec, node), Registry.Change.REVOKE));
            PrintWriter out = spec.commandLine().getOut();
            out.println((rbac ? "# " : "") + node + " is no member of " + options.network() + " any more.");
            if (rbac) {
                Rbac.withoutNode(member).forEach(out::println);
            }
        }
        return 0;
    }
}
