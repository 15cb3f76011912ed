package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** An open tunnel between the two namespaces of a testbed; its ends are side 0 and side 1. Closing takes it down. */
public abstract class Tunnel implements AutoCloseable {
    private final Testbed testbed;
    private final Condition condition;
    private final long began = System.nanoTime();
    private double passageSeconds;

    /** A tunnel in {@code testbed}. */
    protected Tunnel(Testbed testbed, Condition condition) {
        this.testbed = testbed;
        this.condition = condition;
    }

    /** The namespace of a side. */
    public final String namespace(int side) {
        return testbed.namespace(side);
    }

    /** The address of a side inside the tunnel. */
    public final String inside(int side) {
        return Testbed.inside(side);
    }

    /** The address of a side that the tunnel runs over. */
    public final String outside(int side) {
        return Testbed.outside(side, condition.ipv6());
    }

    /** The ends as WireGuard knows them; nothing where it is something else. */
    public List<WireGuard.End> wireGuardEnds() {
        return List.of();
    }

    /** {@code command} as it is run in a side's namespace. */
    public final List<String> in(int side, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace(side)));
        all.addAll(List.of(command));
        return all;
    }

    /** CPU time that a side's programs have used so far, in seconds; 0 where the kernel does the work. */
    public double cpuSeconds(int side) throws IOException {
        return 0;
    }

    /** Resident memory of a side's programs, in MiB; 0 where the kernel does the work. */
    public double residentMebibytes(int side) throws IOException {
        return 0;
    }

    /** From the start of the first end's program until it could be configured, in seconds; empty where there is none such. */
    public OptionalDouble readySeconds() {
        return OptionalDouble.empty();
    }

    /** From the start of the first end until the first ping was answered, in seconds, with all that configures the ends. */
    public final double passageSeconds() {
        return passageSeconds;
    }

    /** Sends pings until one is answered. */
    final void awaitPassage() throws IOException, InterruptedException {
        // The first ping's answer may have to wait for a handshake; its own patience is half a minute.
        Shell.run("", in(0, "ping", "-n", "-q", "-c", "1", "-w", "30", "-i", "0.2", inside(1)));
        passageSeconds = (System.nanoTime() - began) / 1e9;
    }

    @Override
    public abstract void close();
}
