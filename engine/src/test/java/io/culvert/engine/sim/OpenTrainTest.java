// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.Aead;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

/** A worker does not sleep while a packet of it waits in a train that is being filled. */
class OpenTrainTest {
    private static final int ROUNDS = 20;

    private final VirtualClock clock = new VirtualClock();
    private final MemoryNetwork network = new MemoryNetwork(clock, 1);
    /** Runs within the next seals: the last of a cycle are behind its last look at the train being filled. */
    private Runnable duringSeal = () -> {};

    private Aead aead() {
        Aead aead = Simulation.AEADS.create();
        return new Aead() {
            @Override
            public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
                duringSeal.run();
                aead.seal(key, counters, sources, targets, lengths, count);
            }

            @Override
            public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
                return aead.open(key, counters, sources, targets, lengths, count);
            }

            @Override
            public String implementation() {
                return aead.implementation();
            }

            @Override
            public void close() {
                aead.close();
            }
        };
    }

    private Node node(int number) {
        Node node = new Node(clock, network, number, 1, number, new DeviceOptions(1, this::aead, false));
        node.tun().setLink(true);
        return node;
    }

    private static void run(Node... nodes) {
        for (int i = 0; i < ROUNDS; i++) {
            for (Node node : nodes) {
                node.device().workers().get(0).doWork();
                node.device().handshakes().doWork();
            }
        }
    }

    @Test
    void aPacketThatTheLastCommitOfACycleReleasesIsSentWithoutAnotherEvent() {
        try (Node a = node(1);
                Node b = node(2)) {
            a.addPeer(b, b.outer4);
            b.addPeer(a, null);
            a.send(b, 0, 100);
            run(a, b);
            assertThat(b.received()).containsExactly(0);

            Worker worker = a.device().workers().get(0);
            byte[] packet = a.packet(b, 2, 100);
            long framed = Memory.allocate(WorkerIo.VNET_HEADER_BYTES + packet.length, 8);
            Memory.copy(packet, 0, framed + WorkerIo.VNET_HEADER_BYTES, packet.length);
            int[] left = {2};
            duringSeal = () -> {
                if (left[0]-- > 0) {
                    worker.send(framed, WorkerIo.VNET_HEADER_BYTES + packet.length);
                }
            };
            a.send(b, 4, 100);
            worker.doWork();
            while (!worker.beginPark()) {
                worker.endPark();
                worker.doWork();
            }
            run(b);
            assertThat(b.received()).containsExactlyInAnyOrder(4, 2, 2);
            Memory.free(framed);
        }
    }
}
