// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The way from the launcher to the service: files in a directory that is the owner's alone.
 *
 * <ul>
 *   <li>{@code lock}: the running service holds a lock on it.
 *   <li>{@code requests}: a FIFO with a line for each request.
 *   <li>{@code service}: made when requests are answered, with the service's process number and the time of its start
 *       (proc_pid_stat(5)), by which the launcher recognizes a service that has died.
 *   <li>{@code reply.PID}: the launcher's FIFO for the answer: {@code accepted}, then {@code ok}, {@code error TEXT},
 *       or {@code decline TEXT} if the launcher shall start a process of its own.
 * </ul>
 */
final class HandOverQueue implements AutoCloseable {
    private static final Logger LOG = System.getLogger(HandOverQueue.class.getName());
    /** Of the fields behind the program's name in /proc/PID/stat: field 22 of all. */
    private static final int START_TIME = 22 - 3;

    private final Path directory;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final RandomAccessFile requests;

    private HandOverQueue(Path directory, FileChannel lockFile, FileLock lock, RandomAccessFile requests) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
        this.requests = requests;
    }

    /**
     * Makes the files but {@code service}. It runs mkfifo(1), which the sandbox forbids.
     *
     * @throws IOException if another service has them, or the system refuses
     */
    static HandOverQueue create(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        FileChannel lockFile =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lockFile.tryLock();
        if (lock == null) {
            lockFile.close();
            throw new IOException("another culvert service runs (it has locked " + directory.resolve("lock") + ")");
        }
        Path fifo = directory.resolve("requests");
        Files.deleteIfExists(directory.resolve("service"));
        Files.deleteIfExists(fifo);
        makeFifo(fifo);
        // Open for writing too, so that there is no end of the file when a launcher closes it.
        return new HandOverQueue(directory, lockFile, lock, new RandomAccessFile(fifo.toFile(), "rw"));
    }

    private static void makeFifo(Path fifo) throws IOException {
        try {
            Process process = new ProcessBuilder("mkfifo", "-m", "600", fifo.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Answers requests from now on: each is given to {@code action}, on the queue's thread. */
    void serve(Consumer<HandOverRequest> action) throws IOException {
        Thread.ofPlatform().daemon().name("hand-over").start(() -> read(action));
        Path temporary = directory.resolve("service.new");
        long pid = ProcessHandle.current().pid();
        Files.writeString(temporary, pid + " " + startTime() + "\n");
        Files.move(temporary, directory.resolve("service"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String startTime() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_TIME];
    }

    private void read(Consumer<HandOverRequest> action) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new FileInputStream(requests.getFD()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<HandOverRequest> request = HandOverRequest.parse(line);
                if (request.isPresent()) {
                    action.accept(request.get());
                } else {
                    LOG.log(Level.WARNING, "a request to carry an interface is malformed, and was not answered");
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "no more requests: {0}", e.getMessage());
        }
    }

    /** The way back to the caller of a request. For one thread. */
    static final class Reply implements AutoCloseable {
        private final int descriptor;

        private Reply(int descriptor) {
            this.descriptor = descriptor;
        }

        /** Sends a line; throws if the caller has gone. */
        void send(String line) throws IOException {
            byte[] bytes = (line.lines().findFirst().orElse("") + "\n").getBytes(StandardCharsets.UTF_8);
            long memory = Memory.allocate(bytes.length, Long.BYTES);
            try {
                Memory.copy(bytes, 0, memory, bytes.length);
                int written = Linux.write(new CallState(), descriptor, memory, bytes.length);
                if (written != bytes.length) {
                    throw new ErrnoException("write to the launcher", -Math.min(written, 0));
                }
            } finally {
                Memory.free(memory);
            }
        }

        @Override
        public void close() throws IOException {
            Linux.close(descriptor);
        }
    }

    /**
     * Opens the way back, and removes its file, which nothing else needs.
     *
     * @throws IOException if the caller has gone, and nothing is to be done for it
     */
    Reply reply(HandOverRequest request) throws IOException {
        Path fifo = directory.resolve(request.reply());
        Reply reply = new Reply(Linux.open(fifo.toString(), linux_h.O_WRONLY | linux_h.O_NONBLOCK));
        Files.deleteIfExists(fifo);
        return reply;
    }

    /** Removes the files: launchers start processes of their own from now on. The lock goes with the process. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(directory.resolve("service"));
        Files.deleteIfExists(directory.resolve("requests"));
        if (lock.isValid()) {
            LOG.log(Level.DEBUG, "the lock of {0} ends with the process", lockFile);
        }
    }
}
