// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/** A program that creates an interface and runs in the foreground. */
public final class Program {
    private static final String DEVICE = "{ifname}";

    private final Source source;
    private final List<String> arguments;
    private String file = "";

    private Program(Source source, String... arguments) {
        this.source = source;
        this.arguments = List.of(arguments);
    }

    /** Finds or installs a program's file. */
    interface Source {
        String file(Installer installer) throws UnavailableException, InterruptedException;
    }

    /** A program from {@code source} with arguments; {@value #DEVICE} stands for the interface. */
    static Program of(Source source, String... arguments) {
        return new Program(source, arguments);
    }

    /**
     * A program given by command line.
     *
     * @param command words; {@value #DEVICE} stands for the interface
     * @throws IllegalArgumentException if no word has {@value #DEVICE}
     */
    public static Program of(String command) {
        if (!command.contains(DEVICE)) {
            throw new IllegalArgumentException("expected " + DEVICE + " in the command: " + command);
        }
        String[] words = command.strip().split("\\s+");
        return new Program(installer -> installer.onPath(words[0]), Arrays.copyOfRange(words, 1, words.length));
    }

    /** Installs the program; the reason if that fails. */
    Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        try {
            file = source.file(installer);
            return Optional.empty();
        } catch (UnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The version it was built from, or the first line of {@code --version}, or its path. */
    String version() throws InterruptedException {
        Matcher built = Installer.VERSION.matcher(file);
        if (built.find()) {
            return built.group(1);
        }
        try {
            return Shell.run(file, "--version").lines().findFirst().orElse(file);
        } catch (IOException e) {
            return file;
        }
    }

    /** The command that runs it for an interface. */
    List<String> command(String device) {
        List<String> words = new ArrayList<>(List.of(file));
        arguments.forEach(word -> words.add(word.replace(DEVICE, device)));
        return words;
    }
}
