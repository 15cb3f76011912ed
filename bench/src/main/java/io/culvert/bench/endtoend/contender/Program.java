package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/** A program in the foreground that makes an interface: where it comes from, and how it is run. */
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
        String file(Installer installer) throws MissingException, InterruptedException;
    }

    /** A program from {@code source}, with its arguments, in which {@value #DEVICE} stands for the interface. */
    static Program of(Source source, String... arguments) {
        return new Program(source, arguments);
    }

    /**
     * A program given by command line.
     *
     * @param command words, in which {@value #DEVICE} stands for the interface
     * @throws IllegalArgumentException when no word holds that
     */
    public static Program of(String command) {
        if (!command.contains(DEVICE)) {
            throw new IllegalArgumentException("no " + DEVICE + " in: " + command);
        }
        String[] words = command.strip().split("\\s+");
        return new Program(installer -> installer.onPath(words[0]), Arrays.copyOfRange(words, 1, words.length));
    }

    /** What is missing, after trying to install it; empty when it is there. */
    Optional<String> missing(Installer installer) throws InterruptedException {
        try {
            file = source.file(installer);
            return Optional.empty();
        } catch (MissingException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The version it was built of, or the first line of what it says to {@code --version}, or where it is. */
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

    /** What runs it for an interface. */
    List<String> command(String device) {
        List<String> words = new ArrayList<>(List.of(file));
        arguments.forEach(word -> words.add(word.replace(DEVICE, device)));
        return words;
    }
}
