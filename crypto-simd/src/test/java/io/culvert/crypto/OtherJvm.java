// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts JVMs for tests: what a JVM compiles depends on what it ran before. */
final class OtherJvm {
    /** Long, as the machine may be busy. */
    private static final int TIMEOUT_SECONDS = 150;

    private OtherJvm() {}

    /** JVM arguments that run {@code program} from the class path, as a program that embeds the library. */
    static List<String> embedding(Class<?> program, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector"));
        all.addAll(withoutVectors(program, arguments));
        return all;
    }

    /** The same for a program that does not add the Vector API's module. */
    static List<String> withoutVectors(Class<?> program, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("-cp", "target/classes" + File.pathSeparator + "target/test-classes", program.getName()));
        all.addAll(List.of(arguments));
        return all;
    }

    /** Starts a JVM with these arguments, stderr redirected to stdout; it is killed after 150 s. */
    static Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.onExit()
                .completeOnTimeout(process, TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .thenRun(process::destroyForcibly);
        return process;
    }
}
