// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.profile;

import io.culvert.bench.endtoend.implementation.Condition;
import io.culvert.bench.endtoend.implementation.Implementation;
import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.endtoend.implementation.Installer;
import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.daemon.command.CommandErrors;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.testbed.ShutdownGuard;
import io.culvert.daemon.testbed.Testbed;
import io.culvert.natives.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert profile}: flame graphs of CPU time and wall-clock time at both ends of a tunnel under iperf3. */
@Command(
        name = "culvert profile",
        description = "Writes flame graphs of CPU time and of wall-clock time at both ends of a tunnel under iperf3.",
        sortOptions = false)
public final class Profile implements Callable<Integer> {
    private static final Map<String, List<String>> LOADS =
            Map.of("tcp1", List.of(), "tcp8", List.of("-P", "8"), "udp", List.of("-u", "-b", "1G", "-l", "1360"));
    private static final List<String> SIDES = List.of("sender", "receiver");
    private static final int MTU = 1500;

    @Option(
            names = "--load",
            paramLabel = "LOAD",
            defaultValue = "tcp1",
            description = "tcp1, tcp8 (streams) or udp (1 Gbit/s of 1360 B) (default: ${DEFAULT-VALUE})")
    private String load;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "the duration of sampling for each graph (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "8",
            description = "seconds of traffic before sampling (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--out", paramLabel = "DIR", description = "directory of the graphs (default: target/profile-TIME)")
    private Path directory;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public Profile() {}

    /** Profiles; see {@code --help}. */
    public static void main(String[] arguments) throws ErrnoException {
        StandardStreams.restoreError();
        System.exit(CommandErrors.inWords(new CommandLine(new Profile())).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (!LOADS.containsKey(load) || seconds < 1 || warmUp < 0) {
            throw new ParameterException(
                    spec.commandLine(), "expected --load tcp1, tcp8 or udp, --seconds >= 1 and --warm-up >= 0");
        }
        if (directory == null) {
            String time =
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[-:]", "");
            directory = Path.of("target", "profile-" + time);
        }
        return ShutdownGuard.run(this::profile);
    }

    private int profile() throws InterruptedException {
        Implementation culvert =
                Implementations.of(List.of(Implementations.CULVERT), Map.of()).getFirst();
        Optional<String> missing = culvert.unavailableReason(new Installer(Installer.defaultCache(), false, this::say));
        if (missing.isPresent()) {
            say(missing.get());
            return 1;
        }
        say("opening a tunnel");
        try (Profiler profiler = new Profiler();
                Testbed testbed = Testbed.create("culvert-profile", MTU);
                Tunnel tunnel = culvert.open(testbed, Condition.DEFAULT)) {
            if (warmUp > 0) {
                say("warming up for " + warmUp + " s");
                tunnel.iperf3(warmUp, LOADS.get(load));
            }
            List<Long> daemons = List.of(daemon(tunnel, 0), daemon(tunnel, 1));
            sample(profiler, tunnel, daemons, "cpu", startCpu(profiler, daemons));
            for (long pid : daemons) {
                profiler.start(pid, "wall");
            }
            sample(profiler, tunnel, daemons, "wall", "wall");
            return 0;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            say(e.getMessage());
            return 1;
        }
    }

    /** Starts sampling CPU time at both ends, and returns the event. */
    private String startCpu(Profiler profiler, List<Long> daemons) throws IOException {
        CpuEvent event = CpuEvent.here();
        try {
            profiler.start(daemons.getFirst(), event.name());
        } catch (IOException e) {
            event = CpuEvent.ctimer("the kernel refuses perf events");
            profiler.start(daemons.getFirst(), event.name());
        }
        profiler.start(daemons.getLast(), event.name());
        if (!event.shortcoming().isEmpty()) {
            say("CPU time is sampled by " + event.name() + ", " + event.shortcoming());
        }
        return event.name();
    }

    /** Runs the load during sampling, and writes the graphs. */
    private void sample(Profiler profiler, Tunnel tunnel, List<Long> daemons, String name, String event)
            throws IOException, InterruptedException {
        say("sampling " + name + " for " + seconds + " s");
        tunnel.iperf3(seconds, LOADS.get(load));
        Files.createDirectories(directory);
        for (int side = 0; side < SIDES.size(); side++) {
            Path file = directory.resolve(name + "-" + SIDES.get(side) + ".html");
            profiler.stop(daemons.get(side), "Culvert " + SIDES.get(side) + " " + load + " by " + event, file);
            System.out.println("written: " + file);
        }
    }

    /** The PID of the JVM at a side. */
    private static long daemon(Tunnel tunnel, int side) throws IOException, InterruptedException {
        for (ProcessHandle process : tunnel.namespace(side).processes()) {
            if (Files.readString(Path.of("/proc", "" + process.pid(), "comm"))
                    .strip()
                    .equals("java")) {
                return process.pid();
            }
        }
        throw new IOException(
                "no daemon runs in namespace " + tunnel.namespace(side).name());
    }

    private void say(String what) {
        System.err.println("culvert profile: " + what);
    }
}
