// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tunnel in the kernel; deleting the namespaces removes it. */
final class KernelTunnel extends Tunnel {
    private List<WireGuard.End> ends = List.of();

    KernelTunnel(Testbed testbed, Condition condition) {
        super(testbed, condition);
    }

    @Override
    public List<WireGuard.End> wireGuardEnds() {
        return ends;
    }

    void setWireGuardEnds(List<WireGuard.End> ends) {
        this.ends = ends;
    }

    /** The kernel's release. */
    static String version() throws InterruptedException {
        try {
            return "Linux " + Shell.run("uname", "-r").strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Tries a command in a new network namespace; if it fails, {@code lack} with its error message. */
    static Optional<String> unavailableReason(String lack, String... command) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("unshare", "--net"));
        words.addAll(List.of(command));
        try {
            Shell.run("", words);
            return Optional.empty();
        } catch (IOException e) {
            String said = e.getMessage();
            return Optional.of(lack + " (" + said.substring(said.lastIndexOf(": ") + 2) + ")");
        }
    }

    @Override
    public void close() {
        // No process runs, and the testbed deletes the namespaces.
    }
}
