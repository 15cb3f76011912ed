package io.culvert.daemon;

import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * How the daemon is to run, from its command line and the environment.
 *
 * @param name the interface
 * @param tunFd an interface that another program made and hands over (WG_TUN_FD), or -1
 * @param inheritedSocket whether descriptor 0 is the listening UAPI socket (the launcher puts WG_UAPI_FD there)
 * @param background whether whoever started the launcher waits for the word "ready" on stdout (CULVERT_BACKGROUND)
 * @param keepError whether messages go on to stderr in the background: a LOG_LEVEL was asked for
 * @param workers threads that carry packets (CULVERT_WORKERS)
 * @param backend how I/O is done (CULVERT_IO)
 * @param metrics where metrics are served (CULVERT_METRICS), or {@code null} for nowhere
 */
record Settings(
        String name,
        int tunFd,
        boolean inheritedSocket,
        boolean background,
        boolean keepError,
        int workers,
        Backend backend,
        InetSocketAddress metrics) {
    /** A peer's home worker is one byte of the indices that the other side sees. */
    private static final int MOST_WORKERS = 256;

    /**
     * Reads the environment.
     *
     * @throws StartException naming the variable that makes no sense
     */
    static Settings of(String name, Map<String, String> environment) throws StartException {
        int cores = Math.min(Runtime.getRuntime().availableProcessors(), MOST_WORKERS);
        return new Settings(
                name,
                number(environment, "WG_TUN_FD", -1, 0, Integer.MAX_VALUE),
                environment.containsKey("WG_UAPI_FD"),
                environment.containsKey("CULVERT_BACKGROUND"),
                environment.containsKey("LOG_LEVEL") && LogLevel.of(environment) != LogLevel.SILENT,
                number(environment, "CULVERT_WORKERS", cores, 1, MOST_WORKERS),
                backend(environment.getOrDefault("CULVERT_IO", "auto")),
                metrics(environment.get("CULVERT_METRICS")));
    }

    LinuxPlatform.Options platformOptions() {
        return new LinuxPlatform.Options(name, tunFd, workers, backend, true, true, true);
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

    private static Backend backend(String text) throws StartException {
        return switch (text) {
            case "auto" -> Backend.AUTO;
            case "io_uring" -> Backend.IO_URING;
            case "plain" -> Backend.PLAIN;
            default -> throw new StartException("CULVERT_IO is auto, io_uring or plain, not " + text, null);
        };
    }
}
