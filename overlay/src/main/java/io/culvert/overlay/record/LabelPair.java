// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/**
 * Nodes with one label may talk to nodes with the other, in both directions.
 *
 * @param one such as tier=web
 * @param other such as tier=db; may be the same
 */
public record LabelPair(String one, String other) {
    private static final String ARROW = "<->";

    /** Checks the labels. */
    public LabelPair {
        requireLabel(one);
        requireLabel(other);
    }

    private static void requireLabel(String label) {
        int equals = label.indexOf('=');
        if (equals < 0 || !Name.isLabel(label.substring(0, equals)) || !Name.isLabel(label.substring(equals + 1))) {
            throw new IllegalArgumentException("not a label such as tier=web: " + label);
        }
    }

    /**
     * Reads such as {@code tier=web<->tier=db}.
     *
     * @throws IllegalArgumentException if the text is no pair of labels
     */
    public static LabelPair of(String text) {
        int arrow = text.indexOf(ARROW);
        if (arrow < 0) {
            throw new IllegalArgumentException("not a pair of labels such as tier=web<->tier=db: " + text);
        }
        return new LabelPair(text.substring(0, arrow), text.substring(arrow + ARROW.length()));
    }

    @Override
    public String toString() {
        return one + ARROW + other;
    }
}
