// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to carry an interface, as the launcher writes it: fields of one line, separated by tabs.
 *
 * @param reply the name of the FIFO for the answer, in the service's directory
 * @param namespace the name of the caller's network namespace, as {@code ip netns} has it; empty for the service's own
 * @param name the interface
 * @param variables of the caller's environment
 */
record HandOverRequest(String reply, String namespace, String name, Map<String, String> variables) {
    private static final int FIXED_FIELDS = 3;
    private static final Path NAMESPACES = Path.of("/run/netns");
    /** Settings of the process: an interface cannot have its own. */
    private static final List<String> OF_THE_PROCESS = List.of(
            "CULVERT_AEAD", "CULVERT_SANDBOX", "CULVERT_METRICS", "CULVERT_LOG", "CULVERT_JAVA_OPTS", "LOG_LEVEL");

    /** Parses a line; empty if it is none of the launcher's. */
    static Optional<HandOverRequest> parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length < FIXED_FIELDS
                || !fields[0].matches("reply\\.[0-9]{1,10}")
                || fields[1].contains("/")
                || fields[1].equals("..")) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = FIXED_FIELDS; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            if (equals < 1) {
                return Optional.empty();
            }
            variables.put(fields[i].substring(0, equals), fields[i].substring(equals + 1));
        }
        return Optional.of(new HandOverRequest(fields[0], fields[1], fields[2], variables));
    }

    /** The file of the caller's network namespace; empty for the service's own. */
    Optional<Path> namespaceFile() {
        return namespace.isEmpty() ? Optional.empty() : Optional.of(NAMESPACES.resolve(namespace));
    }

    /**
     * The settings of the interface: the caller's variables before those of the service.
     *
     * @throws StartException if a variable is not valid, or is one of the process's and has another value there
     */
    DeviceSettings settings(Map<String, String> service) throws StartException {
        for (String variable : OF_THE_PROCESS) {
            String wanted = variables.getOrDefault(variable, "");
            String present = service.getOrDefault(variable, "");
            if (!wanted.isEmpty() && !wanted.equals(present)) {
                throw StartException.invalid(
                        variable,
                        wanted,
                        "the service that is to carry " + name + " was started "
                                + (present.isEmpty() ? "without it" : "with " + present)
                                + ", and all its interfaces share it; set it there, or use"
                                + " CULVERT_SERVICE=off for a process of its own");
            }
        }
        Map<String, String> merged = new HashMap<>(service);
        merged.keySet().removeIf(variable -> variable.startsWith("WG_"));
        variables.forEach((variable, value) -> {
            if (!value.isEmpty()) {
                merged.put(variable, value);
            }
        });
        return DeviceSettings.of(name, merged);
    }
}
