// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The parameters of a request, behind the question mark. */
final class Query {
    private final Map<String, String> values = new TreeMap<>();

    /**
     * Reads parameters; what is none is left out.
     *
     * @param raw as it was sent; may be null
     */
    Query(String raw) {
        for (String part : raw == null ? new String[0] : raw.split("&")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                values.put(part.substring(0, equals), decode(part.substring(equals + 1)));
            }
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** As text to be sent. */
    static String of(Map<String, Object> parameters) {
        return parameters.entrySet().stream()
                .map(one ->
                        one.getKey() + "=" + URLEncoder.encode(String.valueOf(one.getValue()), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** A parameter, or the empty string. */
    String text(String name) {
        return values.getOrDefault(name, "");
    }

    /**
     * A number.
     *
     * @throws IllegalArgumentException with a message for the client, if it is missing, none, or out of range
     */
    long number(String name, long least, long most) {
        try {
            long number = Long.parseLong(text(name));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same message as for a number out of range.
        }
        throw new IllegalArgumentException(name + ": expected a number from " + least + " to " + most);
    }
}
