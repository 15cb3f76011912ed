package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tunnel that the kernel carries; it goes with the namespaces. */
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

    /** Whether the kernel lets a command succeed, tried in a namespace of its own; if not, {@code lack} and what it said. */
    static Optional<String> missing(String lack, String... command) throws InterruptedException {
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
        // Nothing runs, and the testbed takes the interfaces and states along.
    }
}
