// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tells a command with letters wrong, missing or swapped from the name of an interface. */
final class MisspeltCommand {
    /** Commands that the launcher runs by itself. */
    private static final Set<String> LAUNCHER = Set.of("bench", "build", "overlay", "profile", "simulate");
    /** Changes of one letter, or swaps of two neighbours. */
    private static final int MAX_CHANGES = 2;

    private MisspeltCommand() {}

    /**
     * The command that was meant; empty if the word is a plausible name of an interface: it has a digit, as such names
     * usually have, or resembles no command.
     *
     * @param commands those of the daemon
     */
    static Optional<String> meant(String word, Set<String> commands) {
        if (word.chars().anyMatch(Character::isDigit)) {
            return Optional.empty();
        }
        return Stream.concat(commands.stream(), LAUNCHER.stream())
                .filter(command -> changes(word, command) <= Math.min(MAX_CHANGES, command.length() / 2 - 1))
                .min(Comparator.comparingInt(command -> changes(word, command)));
    }

    /** What to say of a word that resembles a command. */
    static String error(String word, String command) {
        return "unknown command \"" + word + "\", did you mean " + command + "? For an interface of this name: "
                + "culvert --foreground " + word;
    }

    /** The optimal string alignment distance. */
    private static int changes(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distance[i][j] = i == 0 || j == 0 ? i + j : least(distance, a, b, i, j);
            }
        }
        return distance[a.length()][b.length()];
    }

    private static int least(int[][] distance, String a, String b, int i, int j) {
        int substitution = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(substitution, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, distance[i - 2][j - 2] + 1) : least;
    }
}
