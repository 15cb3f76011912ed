// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.Offload;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of one interface, from the command line and the environment. Those of the process are {@link Settings}.
 *
 * @param name the interface
 * @param tunFd the file descriptor of an interface created by another program (WG_TUN_FD), or -1
 * @param inheritedSocket whether file descriptor 0 is the listening UAPI socket (the launcher moves WG_UAPI_FD there)
 * @param workers threads that carry packets (CULVERT_WORKERS)
 * @param processors the CPU that each worker is pinned to (CULVERT_AFFINITY); empty for no pinning
 * @param backend the system calls used for I/O (CULVERT_IO)
 * @param offloads which offloads are switched off, or on in spite of a known kernel bug (CULVERT_OFFLOADS)
 * @param watchdogSeconds how long a thread may not turn before the interface ends (CULVERT_WATCHDOG), 0 for ever
 */
record DeviceSettings(
        String name,
        int tunFd,
        boolean inheritedSocket,
        int workers,
        List<Integer> processors,
        Backend backend,
        Map<Offload, Boolean> offloads,
        int watchdogSeconds) {
    private static final String WORKERS = "CULVERT_WORKERS";
    private static final String OFFLOADS = "CULVERT_OFFLOADS";
    private static final String IO = "CULVERT_IO";
    private static final String WATCHDOG = "CULVERT_WATCHDOG";
    private static final int MAX_WATCHDOG_SECONDS = 86_400;
    /** A session's index names its home worker in one byte. */
    private static final int MAX_WORKERS = 256;

    /**
     * Reads the environment. An empty variable counts as one that is not set.
     *
     * @throws StartException if a variable has an invalid value; the message names variable and value
     */
    static DeviceSettings of(String name, Map<String, String> variables) throws StartException {
        Environment environment = new Environment(variables);
        String affinity = environment.get(Affinity.VARIABLE, null);
        List<Integer> processors = affinity == null ? List.of() : Affinity.of(affinity);
        int cores = processors.isEmpty() ? Runtime.getRuntime().availableProcessors() : processors.size();
        int workers = environment.number(WORKERS, Math.min(cores, MAX_WORKERS), 1, MAX_WORKERS);
        if (!processors.isEmpty() && processors.size() != workers) {
            String problem = "expected one CPU for each of " + workers + " workers, got " + processors.size();
            throw StartException.invalid(Affinity.VARIABLE, affinity, problem);
        }
        return new DeviceSettings(
                name,
                environment.number("WG_TUN_FD", -1, 0, Integer.MAX_VALUE),
                environment.has("WG_UAPI_FD"),
                workers,
                processors,
                backend(environment.get(IO, "auto")),
                offloads(environment.get(OFFLOADS, "")),
                environment.number(WATCHDOG, DeviceOptions.WATCHDOG_SECONDS, 0, MAX_WATCHDOG_SECONDS));
    }

    LinuxPlatform.Options platformOptions() {
        return new LinuxPlatform.Options(name, tunFd, workers, processors, backend, offloads);
    }

    /** Parses a list such as {@code -all,+udp-gso}. If an offload is repeated, the last one wins. */
    private static Map<Offload, Boolean> offloads(String text) throws StartException {
        Map<Offload, Boolean> enabled = new EnumMap<>(Offload.class);
        for (String item : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            boolean on = item.startsWith("+");
            String word = on || item.startsWith("-") ? item.substring(1) : "";
            List<Offload> named = Stream.of(Offload.values())
                    .filter(offload -> word.equals("all")
                            || word.equals(offload.word())
                            || DeprecatedNames.oldOffload(offload)
                                    .filter(word::equals)
                                    .isPresent())
                    .toList();
            if (named.isEmpty()) {
                String words = Stream.of(Offload.values()).map(Offload::word).collect(Collectors.joining(", "));
                String problem = "\"" + item + "\" is not + or - followed by all or one of " + words;
                throw StartException.invalid(OFFLOADS, text, problem);
            }
            named.forEach(offload -> enabled.put(offload, on));
        }
        return enabled;
    }

    private static Backend backend(String text) throws StartException {
        return switch (text) {
            case "auto" -> Backend.AUTO;
            case "io_uring" -> Backend.IO_URING;
            case "plain" -> Backend.PLAIN;
            default -> throw StartException.invalid(IO, text, "expected auto, io_uring or plain");
        };
    }
}
