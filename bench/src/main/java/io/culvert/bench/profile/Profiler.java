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

/** async-profiler in other JVMs: its library is taken out of its package and loaded into them. Closing deletes the library's file. */
final class Profiler implements AutoCloseable {
    private static final String LIBRARY = "/linux-x64/libasyncProfiler.so";

    private final Path library;

    /** One with a file of its own. */
    Profiler() throws IOException {
        library = Files.createTempFile(
                "culvert-profile-" + ProcessHandle.current().pid() + "-", ".so");
        try (InputStream stream = AsyncProfiler.class.getResourceAsStream(LIBRARY)) {
            if (stream == null) {
                throw new IOException("async-profiler's package holds no " + LIBRARY);
            }
            Files.copy(stream, library, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Begins to take samples.
     *
     * @param pid of the JVM
     * @param event such as {@code cpu}, {@code ctimer}, {@code wall}
     * @throws IOException when it cannot be attached to, or refuses the event
     */
    void start(long pid, String event) throws IOException {
        tell(pid, "start,threads,event=" + event);
    }

    /** Ends that, and has a flame graph written to {@code file}. */
    void stop(long pid, String title, Path file) throws IOException {
        tell(pid, "stop,title=" + title + ",file=" + file.toAbsolutePath());
    }

    private void tell(long pid, String options) throws IOException {
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
