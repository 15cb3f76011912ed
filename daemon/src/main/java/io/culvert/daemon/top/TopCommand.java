// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.top;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.StatusReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert top}: what interfaces and their peers carry, live on a terminal, or as lines. */
@Command(
        name = "top",
        description = "Shows what running interfaces and their peers carry: live on a terminal, else as lines.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {"", "q ends it. Exit status: 0, or 1 if none of the interfaces answers, 2 for a wrong command line."})
public final class TopCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final double NANOS = 1e9;
    private static final double MAX_INTERVAL = 3600;
    private static final double MIN_INTERVAL = 0.1;
    /** How soon a key or a change of the size is noticed. */
    private static final long STEP_MILLIS = 100;

    @Parameters(arity = "0..*", paramLabel = "IFNAME", description = "Only these interfaces (default: all).")
    private List<String> names = List.of();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Time between two looks, 0.1 to 3600 (default: ${DEFAULT-VALUE}).")
    private double interval;

    @Option(names = "--count", paramLabel = "N", description = "End after so many looks (default: go on).")
    private Integer count;

    @Spec
    private CommandSpec spec;

    private final StatusReader reader = new StatusReader(StatusReader.SOCKETS);
    private Map<String, InterfaceStatus> before = new HashMap<>();
    private long beforeNanos;

    /** Made by the command line. */
    public TopCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Not a number fails both comparisons.
        if (!(interval >= MIN_INTERVAL && interval <= MAX_INTERVAL)) {
            throw wrong("--interval " + interval + ": expected seconds from 0.1 to 3600");
        }
        if (count != null && count < 1) {
            throw wrong("--count " + count + ": expected a number from 1 up");
        }
        look();
        return Terminal.isPresent() ? live() : lines();
    }

    private ParameterException wrong(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    private int lines() throws IOException, InterruptedException {
        PrintStream out = System.out;
        int answered = 0;
        for (int i = 0; (count == null || i < count) && !out.checkError(); i++) {
            Thread.sleep((long) (interval * 1000));
            List<Rates> rates = look();
            if (rates.isEmpty()) {
                System.err.println("culvert top: " + note());
            }
            String time = TIME.format(Instant.now());
            Screen.plain(rates, time).forEach(out::println);
            answered += (int) rates.stream()
                    .filter(one -> one.status().problem().isEmpty())
                    .count();
        }
        return answered > 0 ? 0 : 1;
    }

    private int live() throws IOException, InterruptedException {
        try (Terminal terminal = Terminal.open(System.out)) {
            List<Rates> rates = List.of();
            String note = "measuring";
            for (int i = 0; ; i++) {
                terminal.show(
                        Screen.lines(rates, note, Instant.now().getEpochSecond(), terminal.rows(), terminal.columns()));
                if (count != null && i >= count || !awaitNextLook(terminal, rates, note)) {
                    return 0;
                }
                rates = look();
                note = note();
            }
        }
    }

    /** Waits for the interval; shows again what is there when the size changes; {@code false} if q was pressed. */
    private boolean awaitNextLook(Terminal terminal, List<Rates> rates, String note)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + (long) (interval * NANOS);
        while (System.nanoTime() < end) {
            Thread.sleep(STEP_MILLIS);
            if (terminal.isToQuit(System.in)) {
                return false;
            }
            if (terminal.measure()) {
                terminal.show(
                        Screen.lines(rates, note, Instant.now().getEpochSecond(), terminal.rows(), terminal.columns()));
            }
        }
        return true;
    }

    private static String note() {
        return "no userspace WireGuard runs: there is no socket in " + StatusReader.SOCKETS;
    }

    /** Rates since the look before; at the first look, and of interfaces that are new, those are not known. */
    private List<Rates> look() throws IOException {
        List<InterfaceStatus> found = reader.read(names);
        long nanos = System.nanoTime();
        double seconds = (nanos - beforeNanos) / NANOS;
        List<Rates> rates = new ArrayList<>();
        Map<String, InterfaceStatus> now = new HashMap<>();
        for (InterfaceStatus status : found) {
            InterfaceStatus then = before.get(status.name());
            boolean comparable = then != null && then.problem().isEmpty();
            rates.add(Rates.between(comparable ? then : status, status, seconds));
            now.put(status.name(), status);
        }
        before = now;
        beforeNanos = nanos;
        return rates;
    }
}
