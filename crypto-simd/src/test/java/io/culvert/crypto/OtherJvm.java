package io.culvert.crypto;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** JVMs that tests start, since what a JVM compiles depends on what it ran before. */
final class OtherJvm {
    /** Other programs may have the machine meanwhile. */
    private static final int PATIENCE_SECONDS = 150;

    private OtherJvm() {}

    /** The words that run {@code program} as one that embeds the library would be: from the class path. */
    static List<String> embedding(Class<?> program) {
        return List.of(
                "--add-modules=jdk.incubator.vector",
                "-cp",
                "target/classes" + File.pathSeparator + "target/test-classes",
                program.getName());
    }

    /** Starts a JVM with one option and these words, its stderr among its output; after 150 s it is killed. */
    static Process start(String option, List<String> words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(option);
        command.addAll(words);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.onExit()
                .completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .thenRun(process::destroyForcibly);
        return process;
    }
}
