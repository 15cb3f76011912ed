// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Topology;
import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.implementation.WireGuard;
import io.culvert.bench.endtoend.traffic.HubTraffic;
import io.culvert.bench.endtoend.traffic.Peer;
import io.culvert.bench.endtoend.traffic.Shares;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Testbed;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * How a hub serves many peers at once: the throughput of each honest one beside a peer that floods, one that is gone
 * while traffic to it goes on, and one behind a path of {@value #SLOW_RATE}; and a quiet peer's round trips.
 */
final class HubShares implements Measurement {
    private static final int HUB = 0;
    private static final int PEERS = 1;
    /** The last peers have these parts, from the end. */
    private static final int SPECIAL = 4;

    private static final String DEVICE = "veth0";
    private static final String SLOW = "198.18.0.3";
    private static final String GONE = "198.18.0.4";
    private static final String SLOW_RATE = "5mbit";
    private static final int WARM_UP_SECONDS = 4;

    @Override
    public boolean needsWireGuard() {
        return true;
    }

    @Override
    public boolean needsProcesses() {
        return true;
    }

    @Override
    public void requireTopology(String name, Topology topology) {
        if (topology != Topology.HUB) {
            throw new IllegalArgumentException("test \"" + name + "\" needs a hub, as in " + name + "@hub64");
        }
    }

    @Override
    public double duration(int seconds) {
        return WARM_UP_SECONDS + seconds + 2.0;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        shape(tunnel.namespace(HUB), tunnel.namespace(PEERS));
        List<Peer> peers = new ArrayList<>();
        List<byte[]> keys = tunnel.spokeKeys();
        for (int i = 0; i < keys.size(); i++) {
            int fromEnd = keys.size() - i;
            String outside = fromEnd == 1 ? SLOW : fromEnd == 2 ? GONE : Testbed.outside(PEERS, false);
            peers.add(new Peer(new Secret(keys.get(i)), outside, WireGuard.spokeAddress(i)));
        }
        try {
            return measure(tunnel, peers, seconds);
        } finally {
            peers.forEach(peer -> peer.privateKey().close());
        }
    }

    private static List<Sample> measure(Tunnel tunnel, List<Peer> peers, int seconds)
            throws IOException, InterruptedException {
        int honest = peers.size() - SPECIAL;
        byte[] key = Base64.getDecoder().decode(tunnel.wireGuardEnds().get(HUB).publicKey());
        HubTraffic.Peers roles = new HubTraffic.Peers(
                tunnel.namespace(PEERS),
                tunnel.namespace(HUB),
                new PublicKey(key),
                new InetSocketAddress(tunnel.outside(HUB), WireGuard.PORT),
                Testbed.inside(HUB),
                peers.subList(0, honest),
                peers.get(honest + 3),
                peers.get(honest + 2),
                peers.get(honest + 1),
                peers.get(honest));
        try (HubTraffic traffic = new HubTraffic(roles)) {
            tunnel.namespace(PEERS).ip("addr", "del", GONE + "/24", "dev", DEVICE);
            traffic.start();
            Thread.sleep(WARM_UP_SECONDS * 1000L);
            double before = tunnel.cpuSeconds(HUB);
            HubTraffic.Result result = traffic.measure(seconds);
            return samples(result, tunnel.cpuSeconds(HUB) - before, seconds);
        }
    }

    private static List<Sample> samples(HubTraffic.Result result, double cpuSeconds, int seconds) throws IOException {
        Shares shares = Shares.of(result.honest());
        if (shares.sum() == 0) {
            throw new IOException("no honest peer's packets were answered");
        }
        List<Sample> samples = new ArrayList<>(List.of(
                Sample.gain("throughput", "Gbit/s", shares.sum() / 1e3),
                Sample.gain("smallest share", "Mbit/s", shares.min()),
                Sample.gain("median share", "Mbit/s", shares.median()),
                Sample.gain("largest share", "Mbit/s", shares.max()),
                Sample.gain("Jain's index", "1", shares.index()),
                Sample.gain("slow path", "Mbit/s", result.slow()),
                Sample.cost("cpu", "s/GB", cpuSeconds / (shares.sum() * seconds / 8e3))));
        if (result.roundTrips().length > 0) {
            samples.addAll(Percentiles.of(result.roundTrips()).samples());
        }
        samples.add(Sample.cost("lost", "%", result.lostPercent()));
        return samples;
    }

    /** Gives the peers' special addresses, and the path to one of them a narrow queue. */
    private static void shape(NetworkNamespace hub, NetworkNamespace peers) throws IOException, InterruptedException {
        for (String address : List.of(SLOW, GONE)) {
            peers.ip("addr", "replace", address + "/24", "dev", DEVICE);
        }
        for (String words : List.of(
                "qdisc add dev veth0 root handle 1: htb",
                "class add dev veth0 parent 1: classid 1:1 htb rate " + SLOW_RATE,
                "qdisc add dev veth0 parent 1:1 handle 11: pfifo limit 100",
                "filter add dev veth0 parent 1: protocol ip u32 match ip dst " + SLOW + "/32 flowid 1:1")) {
            hub.run(("tc " + words).split(" "));
        }
    }
}
