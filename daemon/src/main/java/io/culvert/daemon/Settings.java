// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.metrics.DeviceMetrics;
import io.culvert.daemon.metrics.MetricsAddress;
import io.culvert.daemon.sandbox.SandboxMode;
import java.util.Map;

/**
 * The settings of the process, from its environment. Those of an interface are {@link DeviceSettings}.
 *
 * @param background whether the launcher waits for the word "ready" on stdout (CULVERT_BACKGROUND)
 * @param log where the log goes (CULVERT_LOG)
 * @param logFile the value of that variable; empty if it is not set
 * @param warmUp whether the self-traffic warm-up runs before the UAPI socket is created (CULVERT_WARMUP)
 * @param sandbox what the process gives up after its start (CULVERT_SANDBOX)
 * @param metrics where to serve metrics (CULVERT_METRICS), or {@code null} for none
 * @param metricsPeers with more peers than this an interface has no metrics per peer (CULVERT_METRICS_PEERS)
 */
record Settings(
        boolean background,
        LogDestination log,
        String logFile,
        boolean warmUp,
        SandboxMode sandbox,
        MetricsAddress metrics,
        int metricsPeers) {
    private static final String METRICS = "CULVERT_METRICS";
    private static final String METRICS_PEERS = "CULVERT_METRICS_PEERS";
    private static final int MAX_METRICS_PEERS = 100_000;

    private static final String WARMUP = "CULVERT_WARMUP";
    private static final String SANDBOX = "CULVERT_SANDBOX";

    /**
     * Reads the environment. An empty variable counts as one that is not set.
     *
     * @throws StartException if a variable has an invalid value; the message names variable and value
     */
    static Settings of(Map<String, String> variables) throws StartException {
        Environment environment = new Environment(variables);
        checkLevel(environment);
        return new Settings(
                environment.has("CULVERT_BACKGROUND"),
                LogDestination.of(environment.get(LogDestination.VARIABLE, "")),
                environment.get(LogDestination.VARIABLE, ""),
                warmUp(environment),
                sandbox(environment.get(SANDBOX, "on")),
                metrics(environment.get(METRICS, null)),
                environment.number(METRICS_PEERS, DeviceMetrics.MAX_PEERS, 0, MAX_METRICS_PEERS));
    }

    private static void checkLevel(Environment environment) throws StartException {
        String text = environment.get(LogLevel.VARIABLE, null);
        if (text != null && LogLevel.parse(text).isEmpty()) {
            throw StartException.invalid(LogLevel.VARIABLE, text, "expected silent, error, info, verbose or debug");
        }
    }

    /** Reads the old variable if only that is set. */
    private static boolean warmUp(Environment environment) throws StartException {
        String variable = DeprecatedNames.oldVariable(WARMUP)
                .filter(old -> environment.has(old) && !environment.has(WARMUP))
                .orElse(WARMUP);
        String text = environment.get(variable, "on");
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

    private static MetricsAddress metrics(String text) throws StartException {
        if (text == null) {
            return null;
        }
        return MetricsAddress.parse(text)
                .orElseThrow(() -> StartException.invalid(METRICS, text, MetricsAddress.EXPECTED));
    }
}
