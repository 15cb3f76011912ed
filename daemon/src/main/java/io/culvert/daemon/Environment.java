// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.uapi.AddressText;
import java.util.HashMap;
import java.util.Map;

/** Environment variables, in which an empty one counts as one that is not set. Immutable. */
final class Environment {
    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        Map<String, String> set = new HashMap<>(variables);
        set.values().removeIf(String::isEmpty);
        this.variables = Map.copyOf(set);
    }

    boolean has(String variable) {
        return variables.containsKey(variable);
    }

    /** The value of a variable, or a default, which may be {@code null}. */
    String get(String variable, String standard) {
        return variables.getOrDefault(variable, standard);
    }

    /**
     * The value of a variable that is a number from {@code min} to {@code max}, or a default.
     *
     * @throws StartException if it is none
     */
    int number(String variable, int standard, int min, int max) throws StartException {
        String text = variables.get(variable);
        if (text == null) {
            return standard;
        }
        long value = AddressText.decimal(text, max);
        if (value < min) {
            throw StartException.invalid(variable, text, "expected a number from " + min + " to " + max);
        }
        return (int) value;
    }
}
