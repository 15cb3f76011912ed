// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a module's jcstress tests in a JVM of their own. */
final class Jcstress {
    static final Path CLASSES = Path.of(System.getProperty("basedir", ".")).resolve("target/test-classes");

    private Jcstress() {}

    /** How jcstress ended, and its output. */
    record Run(int exit, String output) {}

    /**
     * Runs tests, and waits until they end.
     *
     * @param results a directory
     * @param arguments for jcstress, such as how long to run which tests
     */
    static Run run(Path results, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "org.openjdk.jcstress.Main",
                "-m",
                "quick",
                "-f",
                "1",
                "-af",
                "NONE",
                "-sc",
                "false",
                "-v",
                "-r",
                results.toString()));
        command.addAll(arguments);
        return start(results, List.of(), List.of(), command);
    }

    /**
     * Runs one test in a JVM of its own, without jcstress's look at the JVM.
     *
     * @param results a directory
     * @param first classes that take the place of others, before all others
     * @param jvmArguments for the JVM
     * @param test the test's binary name, with dots
     */
    static Run runOne(Path results, Path first, List<String> jvmArguments, String test, int millis)
            throws IOException, InterruptedException {
        return start(
                results,
                List.of(first),
                jvmArguments,
                List.of(OneTest.class.getName(), test, Integer.toString(millis)));
    }

    private static Run start(Path results, List<Path> first, List<String> jvmArguments, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> path = new ArrayList<>(first.stream().map(Path::toString).toList());
        path.add(CLASSES.toAbsolutePath().toString());
        // The tests run on the class path, so this JVM's module path is part of it.
        path.add(System.getProperty("jdk.module.path", ""));
        path.add(System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, path)));
        command.addAll(jvmArguments);
        command.addAll(arguments);
        Path output = results.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .directory(results.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = process.waitFor();
        return new Run(exit, Files.readString(output));
    }
}
