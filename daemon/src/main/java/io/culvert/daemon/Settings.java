// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.sandbox.SandboxMode;
import io.culvert.daemon.uapi.AddressText;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.Offload;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The daemon's settings, from its command line and the environment.
 *
 * @param name the interface
 * @param tunFd the file descriptor of an interface created by another program (WG_TUN_FD), or -1
 * @param inheritedSocket whether file descriptor 0 is the listening UAPI socket (the launcher moves WG_UAPI_FD there)
 * @param background whether the launcher waits for the word "ready" on stdout (CULVERT_BACKGROUND)
 * @param keepError whether stderr stays open in the background, which is so if LOG_LEVEL is set
 * @param workers threads that carry packets (CULVERT_WORKERS)
 * @param processors the CPU that each worker is pinned to (CULVERT_AFFINITY); empty for no pinning
 * @param backend the system calls used for I/O (CULVERT_IO)
 * @param offloads which offloads are switched off, or on in spite of a known kernel bug (CULVERT_OFFLOADS)
 * @param warmUp whether the self-traffic warm-up runs before the UAPI socket is created (CULVERT_WARMUP)
 * @param sandbox what the process gives up after its start (CULVERT_SANDBOX)
 * @param metrics the address to serve metrics at (CULVERT_METRICS), or {@code null} for none
 * @param watchdogSeconds how long a thread may not turn before the daemon ends (CULVERT_WATCHDOG), 0 for ever
 */
record Settings(
        String name,
        int tunFd,
        boolean inheritedSocket,
        boolean background,
        boolean keepError,
        int workers,
        List<Integer> processors,
        Backend backend,
        Map<Offload, Boolean> offloads,
        boolean warmUp,
        SandboxMode sandbox,
        InetSocketAddress metrics,
        int watchdogSeconds) {
    static final String METRICS = "CULVERT_METRICS";

    private static final String WORKERS = "CULVERT_WORKERS";
    private static final String OFFLOADS = "CULVERT_OFFLOADS";
    private static final String WARMUP = "CULVERT_WARMUP";
    private static final String IO = "CULVERT_IO";
    private static final String SANDBOX = "CULVERT_SANDBOX";
    private static final String WATCHDOG = "CULVERT_WATCHDOG";
    private static final int MAX_WATCHDOG_SECONDS = 86_400;
    /** A session's index names its home worker in one byte. */
    private static final int MAX_WORKERS = 256;
    /** A name of the domain name system (RFC 1123); a numeric address has no letter. */
    private static final String HOST_NAME = "[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*";

    /**
     * Reads the environment. An empty variable counts as one that is not set.
     *
     * @throws StartException if a variable has an invalid value; the message names variable and value
     */
    static Settings of(String name, Map<String, String> variables) throws StartException {
        Map<String, String> environment = new HashMap<>(variables);
        environment.values().removeIf(String::isEmpty);
        String affinity = environment.get(Affinity.VARIABLE);
        List<Integer> processors = affinity == null ? List.of() : Affinity.of(affinity);
        int cores = processors.isEmpty() ? Runtime.getRuntime().availableProcessors() : processors.size();
        int workers = number(environment, WORKERS, Math.min(cores, MAX_WORKERS), 1, MAX_WORKERS);
        if (!processors.isEmpty() && processors.size() != workers) {
            String problem = "expected one CPU for each of " + workers + " workers, got " + processors.size();
            throw StartException.invalid(Affinity.VARIABLE, affinity, problem);
        }
        return new Settings(
                name,
                number(environment, "WG_TUN_FD", -1, 0, Integer.MAX_VALUE),
                environment.containsKey("WG_UAPI_FD"),
                environment.containsKey("CULVERT_BACKGROUND"),
                keepsError(environment),
                workers,
                processors,
                backend(environment.getOrDefault(IO, "auto")),
                offloads(environment.getOrDefault(OFFLOADS, "")),
                warmUp(environment),
                sandbox(environment.getOrDefault(SANDBOX, "on")),
                metrics(environment.get(METRICS)),
                number(environment, WATCHDOG, DeviceOptions.WATCHDOG_SECONDS, 0, MAX_WATCHDOG_SECONDS));
    }

    LinuxPlatform.Options platformOptions() {
        return new LinuxPlatform.Options(name, tunFd, workers, processors, backend, offloads);
    }

    private static boolean keepsError(Map<String, String> environment) throws StartException {
        String text = environment.get(LogLevel.VARIABLE);
        if (text != null && LogLevel.parse(text).isEmpty()) {
            throw StartException.invalid(LogLevel.VARIABLE, text, "expected silent, error, info, verbose or debug");
        }
        return text != null && LogLevel.of(environment) != LogLevel.SILENT;
    }

    private static int number(Map<String, String> environment, String variable, int standard, int min, int max)
            throws StartException {
        String text = environment.get(variable);
        if (text == null) {
            return standard;
        }
        long value = AddressText.decimal(text, max);
        if (value < min) {
            throw StartException.invalid(variable, text, "expected a number from " + min + " to " + max);
        }
        return (int) value;
    }

    /** A numeric address, a host's name or nothing, which stands for all addresses, and a port. */
    private static InetSocketAddress metrics(String text) throws StartException {
        if (text == null) {
            return null;
        }
        InetSocketAddress address = AddressText.endpoint(text);
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(colon, 0));
        int port = colon < 0 ? -1 : (int) AddressText.decimal(text.substring(colon + 1), 65_535);
        if (address == null && port > 0 && host.isEmpty()) {
            address = new InetSocketAddress(port);
        } else if (address == null && port > 0 && host.matches(HOST_NAME)) {
            address = new InetSocketAddress(host, port);
        }
        if (address == null || address.isUnresolved()) {
            String problem =
                    "expected an address and a port, such as 127.0.0.1:9586, [::1]:9586, localhost:9586 or :9586";
            throw StartException.invalid(METRICS, text, problem);
        }
        return address;
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

    /** Reads the old variable if only that is set. */
    private static boolean warmUp(Map<String, String> environment) throws StartException {
        String variable = DeprecatedNames.oldVariable(WARMUP)
                .filter(old -> environment.containsKey(old) && !environment.containsKey(WARMUP))
                .orElse(WARMUP);
        String text = environment.getOrDefault(variable, "on");
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw StartException.invalid(variable, text, "expected on or off");
        };
    }

    private static SandboxMode sandbox(String text) throws StartException {
        return SandboxMode.parse(text)
                .orElseThrow(() -> StartException.invalid(SANDBOX, text, "expected on, log or off"));
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
