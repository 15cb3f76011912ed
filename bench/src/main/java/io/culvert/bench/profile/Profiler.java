// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.profile;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import one.profiler.AsyncProfiler;

/**
 * async-profiler in other JVMs: extracts its library from the jar and loads it into them. Closing deletes the extracted
 * file.
 */
final class Profiler implements AutoCloseable {
    private static final String LIBRARY = "/linux-x64/libasyncProfiler.so";

    private final Path library;

    /** Extracts the library. */
    Profiler() throws IOException {
        library = Files.createTempFile(
                "culvert-profile-" + ProcessHandle.current().pid() + "-", ".so");
        try (InputStream stream = AsyncProfiler.class.getResourceAsStream(LIBRARY)) {
            if (stream == null) {
                throw new IOException("async-profiler's jar lacks " + LIBRARY);
            }
            Files.copy(stream, library, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts sampling.
     *
     * @param pid of the JVM
     * @param event such as {@code cpu}, {@code ctimer}, {@code wall}
     * @throws IOException if attaching fails, or the event is not available
     */
    void start(long pid, String event) throws IOException {
        run(pid, "start,threads,event=" + event);
    }

    /** Stops sampling, and writes a flame graph to {@code file}. */
    void stop(long pid, String title, Path file) throws IOException {
        run(pid, "stop,title=" + title + ",file=" + file.toAbsolutePath());
    }

    private void run(long pid, String options) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                machine.loadAgentPath(library.toString(), options);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new IOException("async-profiler in process " + pid + ": " + options + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(library);
        } catch (IOException e) {
            System.err.println("culvert profile: " + e.getMessage());
        }
    }
}
