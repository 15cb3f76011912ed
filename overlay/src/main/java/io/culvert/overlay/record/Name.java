// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/** Names of networks, nodes, pools and regions, and labels: what may stand in a key of the store. */
public final class Name {
    private static final int MAX_LENGTH = 63;

    private Name() {}

    /** Whether the text is a DNS label in lower case (RFC 1123, section 2.1): 1 to 63 letters, digits and hyphens. */
    public static boolean isName(String text) {
        return isMadeOf(text, "-");
    }

    /** Whether it is the key or value of a label: as a name, with dots, underscores and slashes inside. */
    public static boolean isLabel(String text) {
        return isMadeOf(text, "-._/");
    }

    /** Without a regular expression: whoever lists a network checks names in each of its records. */
    private static boolean isMadeOf(String text, String inner) {
        int last = text.length() - 1;
        if (last < 0 || last >= MAX_LENGTH || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(last))) {
            return false;
        }
        for (int i = 1; i < last; i++) {
            char character = text.charAt(i);
            if (!isAlphanumeric(character) && inner.indexOf(character) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char character) {
        return character >= 'a' && character <= 'z' || character >= '0' && character <= '9';
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
