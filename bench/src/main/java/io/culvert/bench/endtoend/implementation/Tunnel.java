// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Iperf3;
import io.culvert.daemon.testbed.Iperf3Result;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/** An open tunnel between the two namespaces of a testbed; its ends are side 0 and side 1. Closing removes it. */
public abstract class Tunnel implements AutoCloseable {
    /** Long enough for the handshake that the first ping has to wait for. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(30);

    private final Testbed testbed;
    private final Condition condition;
    private final long began = System.nanoTime();
    private final double[] resident = new double[2];
    private Hosts hosts;
    private double secondsToFirstPacket;

    /** A tunnel in {@code testbed}. */
    protected Tunnel(Testbed testbed, Condition condition) {
        this.testbed = testbed;
        this.condition = condition;
        hosts = Hosts.ends(testbed, condition);
    }

    /** The testbed that it is in. */
    public final Testbed testbed() {
        return testbed;
    }

    /** The configuration that it has. */
    public final Condition condition() {
        return condition;
    }

    /** The namespace of a side's end. */
    public final NetworkNamespace namespace(int side) {
        return testbed.namespace(side);
    }

    /** The namespace where traffic of a side begins and ends: the end's own, or that of a host behind it. */
    public final NetworkNamespace host(int side) {
        return hosts.namespaces().get(side);
    }

    /** The address that traffic to a side's host has. */
    public final String address(int side) {
        return hosts.addresses().get(side);
    }

    /** The largest packet of the traffic, in bytes. */
    public final int trafficMtu() {
        return hosts.mtu();
    }

    /** The underlay address of a side. */
    public final String outside(int side) {
        return Testbed.outside(side, condition.ipv6());
    }

    /** The ends of a WireGuard tunnel; empty for other protocols. */
    public List<WireGuard.End> wireGuardEnds() {
        return List.of();
    }

    /** The private keys of a hub's peers with traffic, in the order of their addresses; empty for other tunnels. */
    public List<byte[]> spokeKeys() {
        return List.of();
    }

    /** The command line that runs {@code command} in the namespace of a side's end. */
    public final List<String> in(int side, String... command) {
        return namespace(side).commandLine(command);
    }

    /**
     * Runs iperf3 through the tunnel between the hosts, with the client at side 0.
     *
     * @param options of the client
     */
    public final Iperf3Result iperf3(int seconds, List<String> options) throws IOException, InterruptedException {
        return Iperf3.run(host(0), host(1), address(1), seconds, options);
    }

    /** The same for one stream, with the client, which sends, at side 1. */
    public final Iperf3Result iperf3Back(int seconds) throws IOException, InterruptedException {
        return Iperf3.run(host(1), host(0), address(0), seconds, List.of());
    }

    /** CPU time of a side's processes so far, in seconds; 0 for tunnels in the kernel. */
    public double cpuSeconds(int side) throws IOException {
        return 0;
    }

    /** Resident memory of a side's processes in MiB; 0 for tunnels in the kernel. */
    public double residentMebibytes(int side) throws IOException {
        return 0;
    }

    /** The most memory that was resident so far of a side's processes, in MiB; 0 for tunnels in the kernel. */
    public double peakMebibytes(int side) throws IOException {
        return 0;
    }

    /** When the first end was started, by {@link System#nanoTime}. */
    public final long began() {
        return began;
    }

    /**
     * Ends the first end's program, starts it again, and waits until it can be configured.
     *
     * @return when it was started, by {@link System#nanoTime}
     * @throws UnsupportedOperationException if no program with a UAPI socket runs there
     */
    public long restart() throws IOException, InterruptedException {
        throw new UnsupportedOperationException("no program with a UAPI socket");
    }

    /** {@link #residentMebibytes} of a side as it was at the first call, to compare later values with. */
    public final double residentAtFirst(int side) throws IOException {
        if (resident[side] == 0) {
            resident[side] = residentMebibytes(side);
        }
        return resident[side];
    }

    /** Seconds from the start of the first end's process until it could be configured; empty without a UAPI. */
    public OptionalDouble readySeconds() {
        return OptionalDouble.empty();
    }

    /**
     * Seconds from the start of the first end until the first ping was answered, including the configuration of both
     * ends.
     */
    public final double secondsToFirstPacket() {
        return secondsToFirstPacket;
    }

    /**
     * Makes the hosts of the topology, and sends pings between them until one is answered, for at most
     * {@link #FIRST_ANSWER}.
     *
     * @param devices the tunnel's interfaces by side; empty if it has none, which only {@link Topology#ENDS} permits
     */
    final void connect(List<String> devices) throws IOException, InterruptedException {
        hosts = Hosts.of(testbed, devices, condition);
        if (condition.topology() == Topology.HUB) {
            return; // its peers are not there yet
        }
        Pinger.awaitAnswer(host(0), address(1), FIRST_ANSWER);
        secondsToFirstPacket = (System.nanoTime() - began) / 1e9;
    }

    @Override
    public abstract void close();
}
