// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench;

import io.culvert.daemon.command.CommandErrors;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.engine.testkit.seeded.SeededSimulation;
import io.culvert.engine.testkit.seeded.SeededSimulation.Outcome;
import io.culvert.engine.testkit.seeded.Seeds;
import io.culvert.natives.linux.ErrnoException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert simulate}: replays simulations of the engine, and tells what happens in one. */
@Command(
        name = "culvert simulate",
        description =
                "Simulates devices of Culvert in a network, on virtual time, drawn from a seed; checks invariants,"
                        + " and tells what happens. The same seed gives the same output.",
        sortOptions = false,
        footer = {
            "",
            "In a source tree only: installations do not have the simulator. It opens no interface and no socket.",
            "Exit status: 0 if all invariants hold, 1 if one does not, 2 for a wrong option."
        })
public final class Simulate implements Callable<Integer> {
    /** The story says what happens. Held, because loggers that nobody refers to are collected with their levels. */
    private static final Logger ENGINE_LOG = Logger.getLogger("io.culvert.engine");

    @Option(names = "--seed", paramLabel = "N", required = true, description = "the seed, any 64-bit integer")
    private long seed;

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "simulates so many seeds from N on, and tells only which break an invariant"
                    + " (default: ${DEFAULT-VALUE})")
    private int seeds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public Simulate() {}

    /** Simulates; see {@code --help}. */
    public static void main(String[] arguments) throws ErrnoException {
        StandardStreams.restoreError();
        System.exit(CommandErrors.inWords(new CommandLine(new Simulate())).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seeds < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds " + seeds + ": expected a number from 1 up");
        }
        ENGINE_LOG.setLevel(Level.OFF);
        return seeds == 1 ? note(SeededSimulation.run(seed)) : count(Seeds.violations(seed, seeds));
    }

    private static int note(Outcome outcome) {
        outcome.story().forEach(System.out::println);
        System.out.printf(
                "%d packets went in and %d came out, in %d datagrams under %d keys; workers lost the CPU %d times%n",
                outcome.packets(), outcome.arrivals(), outcome.datagrams(), outcome.keys(), outcome.preemptions());
        System.out.println(
                outcome.violation().isPresent()
                        ? Seeds.text(outcome)
                        : "seed " + outcome.seed() + ": all invariants hold");
        return outcome.violation().isPresent() ? 1 : 0;
    }

    private int count(List<Outcome> violations) {
        violations.forEach(outcome -> System.out.println(Seeds.text(outcome)));
        System.out.printf(
                "%d simulations from seed %d on, %d of them break an invariant%n", seeds, seed, violations.size());
        return violations.isEmpty() ? 0 : 1;
    }
}
