// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.store.Entry;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prolongs memberships. */
@Command(
        name = "renew",
        description = {
            "Prolongs the membership of NODE for another life from now; without NODE those of all nodes that end soon.",
            "It also deletes the records of nodes whose membership has been over for twice its life.",
            "Run it by a timer: a membership that is over takes the node out of the network."
        },
        mixinStandardHelpOptions = true)
public final class Renew implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NODE", description = "Name of the node.")
    private String node;

    @Option(
            names = "--within",
            paramLabel = "DAYS",
            description = "Without NODE: renew what ends within so many days (default: half a membership's life).")
    private Integer within;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (within != null && (node != null || within < 0)) {
            throw new ParameterException(spec.commandLine(), "--within takes a number of days, and goes without NODE");
        }
        try (Enroller enroller = Enroller.open(options)) {
            Registry registry = enroller.registry(enroller.key());
            Config config = enroller.config(registry);
            if (node != null) {
                renew(enroller, registry, config, Names.node(spec, node));
                return 0;
            }
            return renewAll(enroller, registry, config);
        }
    }

    private void renew(Enroller enroller, Registry registry, Config config, String name) throws Exception {
        Member member = enroller.ask(registry, asked -> asked.change(config, name, Registry.Change.RENEW));
        spec.commandLine()
                .getOut()
                .println(name + " is a member of " + options.network() + " until " + member.notAfter() + ".");
    }

    private int renewAll(Enroller enroller, Registry registry, Config config) throws Exception {
        Duration ahead = within != null
                ? Duration.ofDays(within)
                : Duration.ofDays(config.limits().memberDays()).dividedBy(2);
        Instant until = Instant.now().plus(ahead);
        List<String> refused = new ArrayList<>();
        int renewed = 0;
        int forgotten = 0;
        for (Entry entry : enroller.members()) {
            Optional<Member> member = registry.read(config, entry);
            if (member.isEmpty()) {
                refused.add(entry.key());
            } else if (registry.isForgotten(config, member.get())) {
                enroller.ask(registry, asked -> asked.forget(member.get(), entry));
                forgotten++;
            } else if (member.get().role() != Role.REVOKED
                    && member.get().notAfter().isBefore(until)) {
                renew(enroller, registry, config, member.get().name());
                renewed++;
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(renewed + (renewed == 1 ? " membership was" : " memberships were") + " renewed.");
        if (forgotten > 0) {
            out.println("The records of " + forgotten + " former members were deleted.");
        }
        if (!refused.isEmpty()) {
            throw new EnrolmentException(refused.size() + " member records are refused and were not renewed, first "
                    + refused.getFirst() + ": see culvert overlay verify " + options.network());
        }
        return 0;
    }
}
