// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.compat;

import io.culvert.engine.linux.Offload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names that were replaced and keep working for one release: environment variables, words of CULVERT_OFFLOADS and
 * metrics. No other class contains them.
 */
public final class DeprecatedNames {
    /** The metric that {@code culvert_offload_enabled} and {@code culvert_io_uring_enabled} replace. */
    public static final String OFFLOAD_METRIC = "culvert_fast_path_on";

    /** Its label for the offload's title. */
    public static final String OFFLOAD_METRIC_TITLE = "path";

    /** Its label for the reason why an offload is off. */
    public static final String OFFLOAD_METRIC_REASON = "why_not";

    private static final String OFFLOADS_VARIABLE = "CULVERT_OFFLOADS";
    /** Variables, old names by new ones. */
    private static final Map<String, String> OLD_VARIABLES = Map.of("CULVERT_WARMUP", "CULVERT_REHEARSAL");
    /** Words of CULVERT_OFFLOADS. */
    private static final Map<Offload, String> OLD_OFFLOADS = Map.of(Offload.WAKEUP_COALESCING, "gather");
    /** Titles in the old metric, where the log's title is another today. */
    private static final Map<Offload, String> OLD_TITLES =
            Map.of(Offload.WAKEUP_COALESCING, "gathering of small packets");

    private DeprecatedNames() {}

    /** The old name of an environment variable, if it was renamed. */
    public static Optional<String> oldVariable(String variable) {
        return Optional.ofNullable(OLD_VARIABLES.get(variable));
    }

    /** The old word of an offload in CULVERT_OFFLOADS, if it was renamed. */
    public static Optional<String> oldOffload(Offload offload) {
        return Optional.ofNullable(OLD_OFFLOADS.get(offload));
    }

    /** The title that an offload has in {@link #OFFLOAD_METRIC}. */
    public static String oldTitle(Offload offload) {
        return OLD_TITLES.getOrDefault(offload, offload.title());
    }

    /** One message for each deprecated name that the environment uses. */
    public static List<String> warnings(Map<String, String> environment) {
        List<String> warnings = new ArrayList<>();
        OLD_VARIABLES.forEach((variable, old) -> {
            if (environment.containsKey(old)) {
                warnings.add(warning(old, variable));
            }
        });
        List<String> offloads =
                List.of(environment.getOrDefault(OFFLOADS_VARIABLE, "").split(","));
        OLD_OFFLOADS.forEach((offload, old) -> {
            if (offloads.contains("-" + old) || offloads.contains("+" + old)) {
                warnings.add(OFFLOADS_VARIABLE + ": " + warning(old, offload.word()));
            }
        });
        return warnings;
    }

    private static String warning(String old, String replacement) {
        return old + " is deprecated and will be removed in the next release; use " + replacement;
    }
}
