// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** One thing that {@code up} does to the system, and that {@code down} undoes. Immutable. */
sealed interface Step permits IpStep, LinkStep, DnsStep, FirewallStep, SourceMarkStep {
    /** What it is about: a tunnel has at most one step with a key, which another one with this key replaces. */
    String key();

    /** What it is, for people. */
    String title();

    /** Its line in the state file. */
    String text();

    /**
     * Does it. A step that replaces another one does it in place.
     *
     * @param device the interface
     */
    void apply(String device) throws IOException, InterruptedException;

    /** Undoes it; does nothing if it was not done. */
    void undo(String device) throws IOException, InterruptedException;

    /** Whether it stays when the interface is gone. */
    boolean outlivesInterface();

    /** The step of a line of the state file. */
    static Step parse(String line) throws IOException {
        List<String> words = Arrays.asList(line.split(" ", -1));
        List<String> rest = words.subList(1, words.size());
        try {
            return switch (words.getFirst()) {
                case AddressStep.WORD -> AddressStep.parse(rest);
                case RouteStep.WORD -> RouteStep.parse(rest);
                case RuleStep.WORD -> RuleStep.parse(rest);
                case LinkStep.WORD -> LinkStep.parse(rest);
                case DnsStep.WORD -> DnsStep.parse(rest);
                case FirewallStep.WORD -> FirewallStep.parse(rest);
                case SourceMarkStep.WORD -> SourceMarkStep.parse(rest);
                default -> throw new IOException("unknown step: " + line);
            };
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IOException("malformed step: " + line, e);
        }
    }

    /** Elements with commas between them, or a minus for none: one word of the state file. */
    static String list(List<String> elements) {
        return elements.isEmpty() ? "-" : String.join(",", elements);
    }

    /** The elements of such a word. */
    static List<String> elements(String word) {
        return word.equals("-") ? List.of() : List.of(word.split(","));
    }
}
