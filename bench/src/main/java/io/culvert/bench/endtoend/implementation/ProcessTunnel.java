// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.DirectoryTree;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A tunnel with a process at each end. */
class ProcessTunnel extends Tunnel {
    private final List<Daemon> daemons = new ArrayList<>();
    private Path scratch;

    ProcessTunnel(Testbed testbed, Condition condition) {
        super(testbed, condition);
    }

    /** Starts the process of the next side. */
    final Daemon start(List<String> command) throws IOException {
        Daemon daemon = new Daemon(namespace(daemons.size()), command);
        daemons.add(daemon);
        return daemon;
    }

    /** Ends the process of the first side, and starts another in its place. */
    final Daemon startAgain(List<String> command) throws IOException {
        daemons.getFirst().close();
        Daemon daemon = new Daemon(namespace(0), command);
        daemons.set(0, daemon);
        return daemon;
    }

    /** A temporary directory that only the owner can read; closing deletes it. */
    final Path scratch() throws IOException {
        if (scratch == null) {
            scratch = Files.createTempDirectory(
                    "culvert-bench-" + ProcessHandle.current().pid() + "-");
        }
        return scratch;
    }

    @Override
    public final double cpuSeconds(int side) throws IOException {
        return daemons.get(side).cpuSeconds();
    }

    @Override
    public final double residentMebibytes(int side) throws IOException {
        return daemons.get(side).residentMebibytes();
    }

    @Override
    public final double peakMebibytes(int side) throws IOException {
        return daemons.get(side).peakMebibytes();
    }

    @Override
    public void close() {
        daemons.forEach(Daemon::close);
        if (scratch == null) {
            return;
        }
        try {
            DirectoryTree.delete(scratch);
        } catch (IOException e) {
            System.err.println("culvert bench: " + e.getMessage());
        }
    }
}
