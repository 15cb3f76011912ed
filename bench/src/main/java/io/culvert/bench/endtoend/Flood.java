// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.implementation.WireGuard;
import io.culvert.bench.endtoend.traffic.SpoofedSender;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import io.culvert.daemon.testbed.Shell;
import io.culvert.engine.noise.PublicKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a flood from spoofed addresses leaves of a tunnel's traffic. A third namespace floods side 1, the receiver, at
 * the full rate of one thread: first a closed port, which shows what the flood costs the machine, then the daemon's.
 *
 * <pre>
 *   namespace A  <====>  namespace B  <----  namespace F
 *                        198.19.0.1          198.19.0.2, sends from 11.0.0.0/8
 * </pre>
 */
final class Flood implements Measurement {
    private static final String SUFFIX = "f";
    private static final String DEVICE = "flood0";
    private static final String TARGET = "198.19.0.1";
    private static final String SOURCE = "198.19.0.2";
    private static final int CLOSED_PORT = 9;
    private static final int MTU = 1500;
    private static final int PINGS = 200;
    private static final Duration PING_INTERVAL = Duration.ofMillis(10);
    private static final Duration PING_LINGER = Duration.ofSeconds(2);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(30);
    private static final int LEAD_MILLIS = 500;

    private final FloodKind kind;

    /** Of one kind of messages. */
    Flood(FloodKind kind) {
        this.kind = kind;
    }

    /** What passes beside a flood. The round trips are empty if no ping was answered. */
    private record Beside(double gigabits, Optional<RoundTrips> trips, double floodRate) {}

    @Override
    public boolean needsWireGuard() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return 2.0 * seconds + 2 * PINGS * PING_INTERVAL.toMillis() / 1e3 + 4;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        NetworkNamespace flooder = flooder(tunnel);
        byte[] key = Base64.getDecoder().decode(tunnel.wireGuardEnds().get(1).publicKey());
        List<byte[]> messages = kind.messages(new PublicKey(key), new SecureRandom());
        // Before the first flood of several: memory that one has taken may never be given back.
        double residentBefore = tunnel.residentAtFirst(1);
        Beside closed;
        try (SpoofedSender sender = new SpoofedSender(flooder, new InetSocketAddress(TARGET, CLOSED_PORT), messages)) {
            closed = observe(tunnel, seconds, sender);
        }
        Beside open;
        double resident;
        double handshake;
        try (SpoofedSender sender =
                new SpoofedSender(flooder, new InetSocketAddress(TARGET, WireGuard.PORT), messages)) {
            open = observe(tunnel, seconds, sender);
            resident = tunnel.residentMebibytes(1);
            handshake = handshakeSeconds(tunnel);
        }
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.gain("throughput", "Gbit/s", open.gigabits));
        samples.add(Sample.gain("kept", "%", closed.gigabits == 0 ? 0 : 100 * open.gigabits / closed.gigabits));
        addPings(samples, closed.trips, open.trips);
        samples.add(Sample.cost("handshake", "s", handshake));
        if (residentBefore > 0) {
            samples.add(Sample.cost("memory growth", "x", resident / residentBefore));
        }
        samples.add(Sample.gain("flood rate", "1/s", open.floodRate));
        return samples;
    }

    /** The namespace that floods; made once for a testbed. */
    private static NetworkNamespace flooder(Tunnel tunnel) throws IOException, InterruptedException {
        Optional<NetworkNamespace> made = tunnel.testbed().find(SUFFIX);
        if (made.isPresent()) {
            return made.get();
        }
        NetworkNamespace flooder = tunnel.testbed().addNamespace(SUFFIX);
        NetworkNamespace receiver = tunnel.namespace(1);
        NetworkNamespace.connect(receiver, DEVICE, flooder, "veth0", MTU);
        receiver.ip("addr", "add", TARGET + "/24", "dev", DEVICE);
        receiver.ip("link", "set", DEVICE, "up");
        flooder.ip("addr", "add", SOURCE + "/24", "dev", "veth0");
        flooder.ip("link", "set", "veth0", "up");
        // Answers to spoofed sources go to the flooder, which forwards nothing and has no such address.
        receiver.ip("route", "add", SpoofedSender.SOURCES, "via", SOURCE, "dev", DEVICE);
        return flooder;
    }

    private static Beside observe(Tunnel tunnel, int seconds, SpoofedSender sender)
            throws IOException, InterruptedException {
        Thread.sleep(LEAD_MILLIS);
        double gigabits;
        try {
            gigabits = tunnel.iperf3(seconds, List.of()).gigabits();
        } catch (IOException e) {
            gigabits = 0; // iperf3's own connection needs the tunnel
        }
        Optional<RoundTrips> trips;
        try {
            trips = Optional.of(Pinger.measure(tunnel.host(0), tunnel.address(1), PINGS, PING_INTERVAL, PING_LINGER));
        } catch (IOException e) {
            trips = Optional.empty();
        }
        return new Beside(gigabits, trips, sender.rate());
    }

    private static void addPings(List<Sample> samples, Optional<RoundTrips> closed, Optional<RoundTrips> open) {
        if (open.isEmpty()) {
            samples.add(Sample.cost("lost", "%", 100));
            return;
        }
        samples.addAll(Ping.samples(open.get()));
        if (closed.isPresent()) {
            double added = open.get().quantile(0.5) - closed.get().quantile(0.5);
            samples.add(Sample.cost("median above closed port", "us", added));
        }
    }

    /**
     * The time until side 0, whose configuration is set anew so that it has no session, has a ping answered; at most
     * {@link #HANDSHAKE_LIMIT}.
     */
    private static double handshakeSeconds(Tunnel tunnel) throws IOException, InterruptedException {
        String device = tunnel.wireGuardEnds().get(0).device();
        String peer = tunnel.wireGuardEnds().get(1).publicKey();
        String configuration = Shell.run("", tunnel.in(0, "wg", "showconf", device));
        String peers = configuration.substring(configuration.indexOf("[Peer]"));
        Shell.run("", tunnel.in(0, "wg", "set", device, "peer", peer, "remove"));
        Shell.run(peers, tunnel.in(0, "wg", "addconf", device, "/dev/stdin"));
        long begin = System.nanoTime();
        try {
            Pinger.awaitAnswer(tunnel.host(0), tunnel.address(1), HANDSHAKE_LIMIT);
            return (System.nanoTime() - begin) / 1e9;
        } catch (IOException e) {
            return HANDSHAKE_LIMIT.toSeconds();
        }
    }
}
