// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where an agent keeps its files.
 *
 * @param state the directory of what outlives a restart
 * @param runtime the directory of its socket
 * @param network the network's name
 */
record AgentFiles(Path state, Path runtime, String network) {
    private static final Path STATE = Path.of("/var/lib/culvert/overlay");
    private static final Path RUNTIME = Path.of("/run/culvert/overlay");
    private static final String SUFFIX = ".sock";

    /** The usual directories; {@code null} stands for one of them. */
    static AgentFiles of(String network, Path state, Path runtime) {
        return new AgentFiles(
                state == null ? STATE.resolve(network) : state, runtime == null ? RUNTIME : runtime, network);
    }

    /** Makes the directories, which their owner alone may enter. */
    void create() throws IOException {
        for (Path directory : new Path[] {state, runtime}) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /**
     * Takes the directory for this process, until it ends.
     *
     * @throws IOException if another process has it
     */
    FileLock lock() throws IOException {
        FileChannel channel =
                FileChannel.open(state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IOException("another agent runs for this network: it has " + state.resolve("lock"));
        }
        return lock;
    }

    Path snapshot() {
        return state.resolve("snapshot");
    }

    Path serials() {
        return state.resolve("serials");
    }

    /** Where the agent tells its status. */
    Path socket() {
        return runtime.resolve(network + SUFFIX);
    }
}
