// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static io.culvert.engine.pipeline.DropCause.RX_BAD_PACKET;
import static io.culvert.engine.pipeline.DropCause.RX_BAD_SOURCE;
import static io.culvert.engine.pipeline.DropCause.RX_DEAD;
import static io.culvert.engine.pipeline.DropCause.RX_EXPIRED;
import static io.culvert.engine.pipeline.DropCause.RX_MALFORMED;
import static io.culvert.engine.pipeline.DropCause.RX_NOT_AUTHENTIC;
import static io.culvert.engine.pipeline.DropCause.RX_OVERLOAD;
import static io.culvert.engine.pipeline.DropCause.RX_REPLAYED;
import static io.culvert.engine.pipeline.DropCause.RX_UNKNOWN_INDEX;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.natives.Memory;
import io.culvert.ring.OrderedQueue;

/**
 * From the network to the TUN (the kernel's receive.c), for one worker and confined to its thread.
 *
 * <p>In the order of a packet: {@link #datagrams} finds the session of each message and collects messages of one
 * session into a train. {@link #dispatch} adds the train to the peer's queue. {@link #open} runs on any worker.
 * {@link #commit} runs on the worker that holds the queue's token, in order: replay window, roaming, source check,
 * coalescing, TUN.
 */
final class ReceivePath {
    private final Worker worker;
    private final Coalescer coalescer = new Coalescer();
    private final Coalescer.Output tun;
    private Train filling;

    /** The queue for the train being committed: the home's, which reads the flows of its peers. */
    private int tunQueue;
    // The last accepted inner source address of the train being committed.
    private int acceptedVersion;
    private long acceptedHigh;
    private long acceptedLow;

    ReceivePath(Worker worker, Intake intake) {
        this.worker = worker;
        this.tun = (vnetHeader, length) -> intake.writeTun(tunQueue, vnetHeader, length);
    }

    /** Takes datagrams of one sender; see {@link io.culvert.engine.io.WorkerIo.Sink}. */
    void datagrams(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        int step = Math.max(segment, 1);
        int messages = segment >= length ? 1 : (length + step - 1) / step;
        worker.batches.add(Batch.UDP_RECEIVE, messages);
        if (filling != null && filling.count + messages > Train.MAX_PACKETS) {
            // Datagrams of one group were one super-packet at the sender. Divided over two trains, they would become
            // two.
            dispatch();
        }
        for (int offset = 0; offset < length; offset += step) {
            long message = address + offset;
            int size = Math.min(step, length - offset);
            if (DataMessage.isData(message, size)) {
                Train train = data(message, size, limit, from, ecn);
                if (train != null && train.holdBuffer(buffer)) {
                    worker.retainUdp(buffer);
                }
                if (train != null && train.count == 1) {
                    train.followsOther = offset > 0;
                }
            } else if (Message.isHandshake(message, size)) {
                worker.handshakeMessage(message, size, from);
            } else {
                worker.drops.add(RX_MALFORMED, 1);
            }
        }
        if (length == 0) {
            worker.drops.add(RX_MALFORMED, 1);
        }
        worker.releaseUdp(buffer);
    }

    /**
     * Adds a data message to the train being filled or to a new one, which it returns; {@code null} when it is dropped.
     */
    private Train data(long message, int size, long limit, UdpEndpoint from, int ecn) {
        int index = DataMessage.receiver(message);
        boolean fits = filling != null
                && filling.keypair.localIndex() == index
                && filling.count < Train.MAX_PACKETS
                && filling.from.sameAs(from);
        if (!fits && !begin(index, from)) {
            return null;
        }
        filling.append(
                message + Train.HEADER_BYTES, size - Limits.DATA_OVERHEAD, DataMessage.counter(message), ecn, limit);
        return filling;
    }

    /** Begins a train for a session. A message without one leaves the train being filled as it is. */
    private boolean begin(int index, UdpEndpoint from) {
        if (!(worker.context.indexTable().lookup(index) instanceof Keypair<? extends PeerPath> keypair)
                || !keypair.tryAcquire()) {
            worker.drops.add(RX_UNKNOWN_INDEX, 1);
            return false;
        }
        dispatchFilling();
        Train train = worker.takeReceiveTrain();
        if (train == null) {
            worker.drops.add(RX_OVERLOAD, 1);
            keypair.release();
            return false;
        }
        train.begin(keypair.owner(), keypair);
        train.from.copyFrom(from);
        filling = train;
        return true;
    }

    /** Dispatches the train being filled, if any. */
    void dispatchFilling() {
        if (filling != null) {
            dispatch();
        }
    }

    private void dispatch() {
        Train train = filling;
        filling = null;
        if (worker.enqueue(train) != OrderedQueue.FULL) {
            worker.offer(train);
        }
    }

    /** Opens a train in place, on any worker, and publishes it. */
    static void open(Worker worker, Train train) {
        Keypair<?> keypair = train.keypair;
        if (!keypair.mayReceive(worker.now())) {
            train.publish(Train.FAILED);
            return;
        }
        train.failures = worker.aead()
                .open(keypair.receiveKey(), train.counter, train.payload, train.payload, train.length, train.count);
        worker.endCipher(train);
        train.publish(Train.DONE);
    }

    /** Delivers an opened train; by the holder of the queue's token, in order. */
    void commit(Train train) {
        PeerPath peer = train.peer;
        worker.committed(train);
        if (peer.isDead()) {
            worker.drops.add(RX_DEAD, train.count);
            return;
        }
        if (train.state() == Train.FAILED) {
            worker.drops.add(RX_EXPIRED, train.count);
            return;
        }
        boolean authentic = false;
        boolean data = false;
        int packets = 0;
        long bytes = 0;
        acceptedVersion = 0;
        tunQueue = peer.home().id();
        coalescer.begin(tun, worker.io().groKinds());
        if (train.followsOther) {
            train.payload[0] = moved(train.payload[0], train.length[0]);
        }
        for (int i = 0; i < train.count; i++) {
            if ((train.failures >>> i & 1) != 0) {
                worker.drops.add(RX_NOT_AUTHENTIC, 1);
            } else if (!train.keypair.replayWindow().accept(train.counter[i])) {
                worker.drops.add(RX_REPLAYED, 1);
            } else {
                if (!authentic) {
                    // Once for the train, and before the inner packets are checked: even a packet that is then refused
                    // proves the peer's endpoint and that it has the key.
                    authentic = true;
                    peer.authenticated(worker, train.keypair, train.from);
                }
                data |= train.length[i] != 0;
                if (train.length[i] == 0 || deliver(peer, train, i)) {
                    packets++;
                    bytes += train.length[i] + Limits.DATA_OVERHEAD;
                }
            }
        }
        coalescer.finish();
        if (authentic) {
            worker.traffic.add(Traffic.RECEIVED_PACKETS, packets);
            worker.traffic.add(Traffic.RECEIVED_BYTES, bytes);
            peer.received(worker, bytes, data);
        }
    }

    /** Checks an inner packet and queues it for the TUN; {@code false} when it is refused, and thus not counted. */
    private boolean deliver(PeerPath peer, Train train, int i) {
        long packet = train.payload[i];
        // Removes the padding: the IP header states the length.
        int length = IpPacket.length(packet, train.length[i]);
        if (length < 0) {
            worker.drops.add(RX_BAD_PACKET, 1);
            return false;
        }
        if (!isSource(peer, packet)) {
            worker.drops.add(RX_BAD_SOURCE, 1);
            return false;
        }
        IpPacket.decapsulateEcn(packet, train.ecn[i]);
        coalescer.add(packet, length, train.limit[i]);
        return true;
    }

    /**
     * Moves an opened payload into its tag, so that the packet's virtio-net header has room behind the message in
     * front: that of another train, which is perhaps not opened yet and needs its tag. Within a train the header may
     * take that tag.
     *
     * @return the new address of the payload
     */
    static long moved(long payload, int length) {
        long to = payload + WorkerIo.VNET_HEADER_BYTES - Train.HEADER_BYTES;
        Memory.copy(payload, to, length);
        return to;
    }

    /**
     * Whether the inner source address is among the peer's allowed IPs; looked up only if it differs from the last one.
     */
    private boolean isSource(PeerPath peer, long packet) {
        int version = IpPacket.version(packet);
        boolean ipv4 = version == 4;
        long high = ipv4 ? 0 : IpPacket.ipv6SourceHigh(packet);
        long low = ipv4 ? IpPacket.ipv4Source(packet) : IpPacket.ipv6SourceLow(packet);
        if (version == acceptedVersion && high == acceptedHigh && low == acceptedLow) {
            return true;
        }
        AllowedIps<? extends PeerPath> allowedIps = worker.context.allowedIps();
        if ((ipv4 ? allowedIps.lookup4((int) low) : allowedIps.lookup6(high, low)) != peer) {
            return false;
        }
        acceptedVersion = version;
        acceptedHigh = high;
        acceptedLow = low;
        return true;
    }
}
