// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Any packets that a peer with valid keys sends, under any counters, with any padding, marked and damaged: each comes
 * out of the TUN equal, in order, or not at all, as the model says.
 */
public final class HostilePeerFuzz {
    private static final int MOST_MESSAGES = 200;
    private static final int WINDOW = 8128;
    /** REJECT_AFTER_MESSAGES, 2^64 - 2^13 - 1. */
    private static final long LIMIT = -8193;

    private HostilePeerFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node node = simulation.node();
            try (KeyedPeer peer = new KeyedPeer(simulation, node)) {
                new Run(data, simulation, node, peer).run();
            }
        }
    }

    /** One session with the messages of one input. */
    private static final class Run {
        private final FuzzedDataProvider data;
        private final Simulation simulation;
        private final Node node;
        private final KeyedPeer peer;
        private final Set<Long> seen = new HashSet<>();
        private final List<byte[]> expected = new ArrayList<>();
        private long greatest = -1;
        private long counter;

        Run(FuzzedDataProvider data, Simulation simulation, Node node, KeyedPeer peer) {
            this.data = data;
            this.simulation = simulation;
            this.node = node;
            this.peer = peer;
        }

        void run() {
            byte[] last = Flow.first(false, true, KeyedPeer.INNER4, new byte[] {10, 0, 0, 1}, new byte[100]);
            for (int i = 0; i < MOST_MESSAGES && data.remainingBytes() > 0; i++) {
                last = packet(last);
                send(last);
                if (data.consumeInt(0, 15) == 0) {
                    simulation.runUntilIdle();
                }
            }
            simulation.runUntilIdle();
            List<byte[]> packets = new ArrayList<>();
            List<byte[]> model = new ArrayList<>();
            for (byte[] written : node.tun().received()) {
                List<byte[]> segments = SegmenterFuzz.segment(written);
                boolean merged = segments.size() > 1;
                for (byte[] segment : segments) {
                    int at = packets.size();
                    packets.add(merged ? Equality.normalized(segment) : segment);
                    if (at < expected.size()) {
                        model.add(merged ? Equality.normalized(expected.get(at)) : expected.get(at));
                    }
                }
            }
            model.addAll(expected.subList(Math.min(model.size(), expected.size()), expected.size()));
            Equality.check(packets, model);
        }

        private byte[] packet(byte[] last) {
            return switch (data.consumeInt(0, 9)) {
                case 0 -> data.consumeBytes(data.consumeInt(0, 300));
                case 1 -> changed(last);
                case 2 -> Flow.first(true, false, KeyedPeer.INNER6, new byte[16], new byte[data.consumeInt(0, 99)]);
                case 3 -> Flow.first(false, false, KeyedPeer.INNER4, new byte[4], new byte[data.consumeInt(0, 99)]);
                case 4 -> Flow.next(last, data.consumeInt(0, 200), data.consumeBoolean());
                default -> Flow.next(last, -1, false);
            };
        }

        private byte[] changed(byte[] last) {
            byte[] packet = last.clone();
            if (packet.length > 0) {
                packet[data.consumeInt(0, packet.length - 1)] = data.consumeByte();
            }
            return packet;
        }

        private void send(byte[] packet) {
            int kind = data.consumeInt(0, 31);
            if (kind == 0) {
                counter = data.consumeLong();
            } else if (kind < 4) {
                counter += data.consumeInt(-WINDOW - 2, WINDOW + 2);
            } else {
                counter++;
            }
            if (counter >= -20_000 && counter < LIMIT) {
                // A key ends soon after the greatest counter; for which of the next messages depends on the trains.
                counter -= 40_000;
            }
            byte[] padded = Arrays.copyOf(packet, packet.length + (kind == 5 ? data.consumeInt(0, 40) : 0));
            byte[] message = peer.seal(counter, padded);
            boolean damaged = kind == 6;
            if (damaged) {
                message[data.consumeInt(4, message.length - 1)] ^= (byte) data.consumeInt(1, 255);
            }
            peer.send(message, 0);
            if (kind == 7) {
                peer.send(message, 0);
            }
            if (!damaged && accept(counter)) {
                byte[] whole = NaiveIp.trimmed(padded);
                if (whole != null && isFromPeer(whole)) {
                    expected.add(whole);
                }
            }
        }

        private boolean accept(long number) {
            if (Long.compareUnsigned(number, LIMIT) >= 0) {
                return false;
            }
            boolean old = greatest != -1
                    && Long.compareUnsigned(number, greatest) < 0
                    && Long.compareUnsigned(greatest - number, WINDOW) > 0;
            if (old || !seen.add(number)) {
                return false;
            }
            if (greatest == -1 || Long.compareUnsigned(number, greatest) > 0) {
                greatest = number;
            }
            return true;
        }

        private static boolean isFromPeer(byte[] packet) {
            boolean ipv4 = NaiveIp.isIpv4(packet);
            byte[] from = Arrays.copyOfRange(packet, ipv4 ? 12 : 8, ipv4 ? 16 : 24);
            return Arrays.equals(from, ipv4 ? KeyedPeer.INNER4 : KeyedPeer.INNER6);
        }
    }
}
