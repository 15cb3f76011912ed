// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.regex.Pattern;

/** Names of networks, nodes, pools and regions, and labels: what may stand in a key of the store. */
public final class Name {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?");

    private Name() {}

    /** Whether the text is a DNS label in lower case (RFC 1123, section 2.1): 1 to 63 letters, digits and hyphens. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether it is the key or value of a label: as a name, with dots, underscores and slashes inside. */
    public static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }

    /**
     * The text itself.
     *
     * @param what names the value in the error, such as {@code node}
     * @throws IllegalArgumentException if it is no name
     */
    public static String require(String what, String text) {
        if (!isName(text)) {
            throw new IllegalArgumentException(
                    "a " + what + "'s name is 1 to 63 lower-case letters, digits and inner hyphens: " + text);
        }
        return text;
    }
}
