package io.culvert.daemon;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.Offload;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the daemon is to run, from its command line and the environment.
 *
 * @param name the interface
 * @param tunFd an interface that another program made and hands over (WG_TUN_FD), or -1
 * @param inheritedSocket whether descriptor 0 is the listening UAPI socket (the launcher puts WG_UAPI_FD there)
 * @param background whether whoever started the launcher waits for the word "ready" on stdout (CULVERT_BACKGROUND)
 * @param keepError whether messages go on to stderr in the background: a LOG_LEVEL was asked for
 * @param workers threads that carry packets (CULVERT_WORKERS)
 * @param processors where each of them runs (CULVERT_AFFINITY); empty for wherever the system likes
 * @param backend how I/O is done (CULVERT_IO)
 * @param offloads what the kernel is to do, or not to, other than it would (CULVERT_OFFLOADS)
 * @param rehearsal whether traffic is rehearsed before the socket is there (CULVERT_REHEARSAL)
 * @param metrics where metrics are served (CULVERT_METRICS), or {@code null} for nowhere
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
        boolean rehearsal,
        InetSocketAddress metrics) {
    /** A peer's home worker is one byte of the indices that the other side sees. */
    private static final int MOST_WORKERS = 256;

    /**
     * Reads the environment.
     *
     * @throws StartException naming the variable that makes no sense
     */
    static Settings of(String name, Map<String, String> environment) throws StartException {
        String affinity = environment.get("CULVERT_AFFINITY");
        List<Integer> processors = affinity == null ? List.of() : Affinity.of(affinity);
        int cores = processors.isEmpty() ? Runtime.getRuntime().availableProcessors() : processors.size();
        int workers = number(environment, "CULVERT_WORKERS", Math.min(cores, MOST_WORKERS), 1, MOST_WORKERS);
        if (!processors.isEmpty() && processors.size() != workers) {
            String message =
                    "CULVERT_AFFINITY names " + processors.size() + " processors for " + workers + " workers: ";
            throw new StartException(message + affinity, null);
        }
        return new Settings(
                name,
                number(environment, "WG_TUN_FD", -1, 0, Integer.MAX_VALUE),
                environment.containsKey("WG_UAPI_FD"),
                environment.containsKey("CULVERT_BACKGROUND"),
                environment.containsKey("LOG_LEVEL") && LogLevel.of(environment) != LogLevel.SILENT,
                workers,
                processors,
                backend(environment.getOrDefault("CULVERT_IO", "auto")),
                offloads(environment.getOrDefault("CULVERT_OFFLOADS", "")),
                rehearsal(environment.getOrDefault("CULVERT_REHEARSAL", "on")),
                metrics(environment.get("CULVERT_METRICS")));
    }

    LinuxPlatform.Options platformOptions() {
        return new LinuxPlatform.Options(name, tunFd, workers, processors, backend, offloads);
    }

    private static int number(Map<String, String> environment, String variable, int standard, int min, int max)
            throws StartException {
        String text = environment.get(variable);
        if (text == null) {
            return standard;
        }
        long value = AddressText.decimal(text, max);
        if (value < min) {
            throw new StartException(variable + " is not a number from " + min + " to " + max + ": " + text, null);
        }
        return (int) value;
    }

    private static InetSocketAddress metrics(String text) throws StartException {
        InetSocketAddress address = text == null ? null : AddressText.endpoint(text);
        if (text != null && address == null) {
            throw new StartException(
                    "CULVERT_METRICS is no numeric ADDRESS:PORT such as 127.0.0.1:9586: " + text, null);
        }
        return address;
    }

    /** A list such as {@code -all,+udp-gso}, of which later words count. */
    private static Map<Offload, Boolean> offloads(String text) throws StartException {
        Map<Offload, Boolean> asked = new EnumMap<>(Offload.class);
        for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            boolean on = word.startsWith("+");
            List<Offload> named = Stream.of(Offload.values())
                    .filter(offload ->
                            word.length() > 1 && List.of("all", offload.word()).contains(word.substring(1)))
                    .toList();
            if (named.isEmpty() || !on && !word.startsWith("-")) {
                throw new StartException(
                        "CULVERT_OFFLOADS is a list of names with + or - in front, of "
                                + Stream.of(Offload.values()).map(Offload::word).collect(Collectors.joining(", "))
                                + " and all: " + text,
                        null);
            }
            named.forEach(offload -> asked.put(offload, on));
        }
        return asked;
    }

    private static boolean rehearsal(String text) throws StartException {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new StartException("CULVERT_REHEARSAL is on or off, not " + text, null);
        };
    }

    private static Backend backend(String text) throws StartException {
        return switch (text) {
            case "auto" -> Backend.AUTO;
            case "io_uring" -> Backend.IO_URING;
            case "plain" -> Backend.PLAIN;
            default -> throw new StartException("CULVERT_IO is auto, io_uring or plain, not " + text, null);
        };
    }
}
