// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static io.culvert.engine.pipeline.DropCause.TX_DEAD;
import static io.culvert.engine.pipeline.DropCause.TX_MALFORMED;
import static io.culvert.engine.pipeline.DropCause.TX_NO_ENDPOINT;
import static io.culvert.engine.pipeline.DropCause.TX_NO_PEER;
import static io.culvert.engine.pipeline.DropCause.TX_OVERLOAD;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.Limits;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.Segmenter;
import io.culvert.natives.Memory;
import io.culvert.ring.OrderedQueue;

/**
 * From the TUN to the network (the kernel's send.c), for one worker and confined to its thread.
 *
 * <p>In the order of a packet: {@link #packet} finds its peer, takes a train, and segments the packet into data
 * messages. {@link #dispatch} adds the train to the peer's queue and numbers them. {@link #seal} runs on any worker.
 * {@link #commit} sends, in order, on the worker that holds the queue's token.
 */
final class SendPath implements AutoCloseable {
    private final Worker worker;
    private final Segmenter segmenter = new Segmenter();
    private final IcmpErrors errors;
    private Train filling;

    SendPath(Worker worker) {
        this.worker = worker;
        errors = new IcmpErrors(worker);
    }

    /** Sends a packet or super-packet, virtio-net header first; its memory may be reused on return. */
    void packet(long vnetHeader, int length) {
        if (!segmenter.start(vnetHeader, length)) {
            worker.drops.add(TX_MALFORMED, 1);
            return;
        }
        worker.batches.add(Batch.TUN_READ, segmenter.segments());
        long packet = vnetHeader + WorkerIo.VNET_HEADER_BYTES;
        PeerPath peer = destination(packet);
        if (peer == null) {
            unreachable(TX_NO_PEER, packet, length);
        } else if (!peer.hasEndpoint()) {
            unreachable(TX_NO_ENDPOINT, packet, length);
        } else {
            Keypair<?> keypair = peer.takeSendingKeypair(worker.now());
            if (keypair == null) {
                // What this worker has read before must not leave after it.
                dispatchFilling();
                peer.stage(worker, vnetHeader, length, segmenter.segments());
            } else {
                segment(peer, keypair, IpPacket.encapsulateEcn(IpPacket.ecn(packet)));
            }
        }
    }

    /**
     * Sends a packet that was staged for a peer, under a keypair to which the caller took a reference; returns
     * {@code false}, and takes nothing over, if it leads to another peer by now or the peer has no endpoint.
     */
    boolean staged(PeerPath peer, Keypair<?> keypair, long vnetHeader, int length) {
        long packet = vnetHeader + WorkerIo.VNET_HEADER_BYTES;
        if (!peer.hasEndpoint() || destination(packet) != peer || !segmenter.start(vnetHeader, length)) {
            return false;
        }
        segment(peer, keypair, IpPacket.encapsulateEcn(IpPacket.ecn(packet)));
        return true;
    }

    /** Drops a packet, and answers it by an ICMP error. */
    private void unreachable(DropCause cause, long packet, int length) {
        worker.drops.add(cause, segmenter.segments());
        errors.answer(packet, length - WorkerIo.VNET_HEADER_BYTES);
    }

    private PeerPath destination(long packet) {
        return IpPacket.version(packet) == 4
                ? worker.context.allowedIps().lookup4(IpPacket.ipv4Destination(packet))
                : worker.context
                        .allowedIps()
                        .lookup6(IpPacket.ipv6DestinationHigh(packet), IpPacket.ipv6DestinationLow(packet));
    }

    /** Writes all segments into trains. Takes over the caller's reference to the keypair. */
    private void segment(PeerPath peer, Keypair<?> keypair, int ecn) {
        int segments = segmenter.segments();
        int mtu = worker.context.platform().tun().mtu();
        if (filling != null && (filling.keypair != keypair || segments > 1)) {
            // A super-packet is a train of its own: its segments are equal and leave in one send.
            dispatch();
        }
        boolean referenceUsed = false;
        for (int i = 0; i < segments; i++) {
            int length = segmenter.segmentLength(i);
            int padded = length + padding(length, mtu);
            if (filling != null && !filling.fits(padded)) {
                dispatch();
            }
            if (filling == null) {
                filling = worker.takeTransmitTrain();
                if (filling == null) {
                    worker.drops.add(TX_OVERLOAD, segments - i);
                    break;
                }
                if (referenceUsed) {
                    keypair.acquire();
                }
                referenceUsed = true;
                filling.begin(peer, keypair);
            }
            long target = filling.slabNext + Train.HEADER_BYTES;
            segmenter.next(target);
            zero(target + length, padded - length);
            filling.append(padded, ecn);
        }
        if (!referenceUsed) {
            keypair.release();
        }
        if (segments > 1) {
            dispatchFilling();
        }
    }

    /**
     * The padding in bytes: up to a multiple of 16, but not beyond the MTU. In a packet longer than the MTU only the
     * part after the last whole MTU counts (send.c, calculate_skb_padding).
     */
    static int padding(int length, int mtu) {
        int last = mtu != 0 && length > mtu ? length % mtu : length;
        int padded = (last + Limits.MESSAGE_PADDING_MULTIPLE - 1) & -Limits.MESSAGE_PADDING_MULTIPLE;
        return (mtu == 0 ? padded : Math.min(mtu, padded)) - last;
    }

    private static void zero(long address, int bytes) {
        for (int i = 0; i < bytes; i++) {
            Memory.putByte(address + i, (byte) 0);
        }
    }

    /** Sends an empty message. At the peer's home; takes over the caller's reference to the keypair. */
    void keepalive(PeerPath peer, Keypair<?> keypair) {
        dispatchFilling();
        filling = worker.takeTransmitTrain();
        if (filling == null) {
            worker.drops.add(TX_OVERLOAD, 1);
            keypair.release();
            return;
        }
        filling.begin(peer, keypair);
        filling.append(0, 0);
        dispatch();
    }

    /** Dispatches the train being filled, if any. */
    void dispatchFilling() {
        if (filling != null) {
            dispatch();
        }
    }

    /** Takes a place and nonces for the train being filled, and offers it to the workers. */
    private void dispatch() {
        Train train = filling;
        filling = null;
        long number = worker.enqueue(train);
        if (number == OrderedQueue.FULL) {
            return;
        }
        Keypair<?> keypair = train.keypair;
        long first = keypair.nonce(number, train.count);
        if (first == Keypair.NO_NONCES) {
            // REJECT_AFTER_MESSAGES is reached: the next packet finds no keypair and initiates a handshake.
            worker.fail(train);
            return;
        }
        int receiver = keypair.remoteIndex();
        for (int i = 0; i < train.count; i++) {
            train.counter[i] = first + i;
            DataMessage.write(train.payload[i] - Train.HEADER_BYTES, receiver, first + i);
        }
        worker.offer(train);
    }

    /** Seals a train, on any worker, and publishes it. */
    static void seal(Worker worker, Train train) {
        worker.aead()
                .seal(train.keypair.sendKey(), train.counter, train.payload, train.payload, train.length, train.count);
        worker.endCipher(train);
        train.publish(Train.DONE);
    }

    /** Sends a sealed train; by the holder of the queue's token, in order. */
    void commit(Train train) {
        PeerPath peer = train.peer;
        worker.committed(train);
        if (peer.isDead() || train.state() == Train.FAILED) {
            worker.drops.add(TX_DEAD, train.count);
            return;
        }
        UdpEndpoint endpoint = peer.endpoint();
        verifySource(endpoint);
        boolean data = false;
        for (int i = 0; i < train.count; ) {
            int run = run(train, i);
            send(train, i, run, endpoint);
            data |= train.length[i] != 0;
            i += run;
        }
        peer.sent(worker, train.keypair, train.counter[train.count - 1], data);
    }

    /**
     * Withholds the source of an endpoint if the routes do not yield it any more, as the kernel gives it up (socket.c,
     * send4). Each source is looked at once for each change of the routes. Before a send.
     */
    void verifySource(UdpEndpoint to) {
        int routes = worker.io().routes();
        if (!to.isVerified(routes)) {
            to.setVerified(routes, !to.hasSource() || worker.io().isRouted(to));
        }
    }

    /** Counts what of a committed train was sent: after the flush, while the worker holds the queue's token. */
    void count(Train train) {
        if (train.sentPackets > 0) {
            worker.traffic.add(Traffic.SENT_PACKETS, train.sentPackets);
            worker.traffic.add(Traffic.SENT_BYTES, train.sentBytes);
            train.peer.countSent(train.sentBytes);
        }
    }

    /** The number of messages from {@code first} on of equal size, of which the last may be shorter. */
    private static int run(Train train, int first) {
        int size = train.length[first];
        int i = first + 1;
        while (i < train.count && train.length[i] <= size && train.ecn[i] == train.ecn[first]) {
            if (train.length[i++] < size) {
                break;
            }
        }
        return i - first;
    }

    /**
     * Sends a run of messages. A run that is too long for one send leaves as several of equal
     * length: a send of a few messages would cost the receiver a train and a TUN write nearly as large as a full one.
     */
    private void send(Train train, int first, int run, UdpEndpoint endpoint) {
        int segment = train.length[first] + Limits.DATA_OVERHEAD;
        int each = messagesPerSend(run, segment);
        int last = first + run - 1;
        for (int i = first; i <= last; i += each) {
            int count = Math.min(each, last - i + 1);
            int bytes = (count - 1) * segment + train.length[i + count - 1] + Limits.DATA_OVERHEAD;
            worker.batches.add(Batch.UDP_SEND, count);
            train.sentPackets += count;
            train.sentBytes += bytes;
            worker.io().send(train.payload[i] - Train.HEADER_BYTES, bytes, segment, endpoint, train.ecn[i], 0, train);
        }
    }

    /** The number of messages of {@code segment} bytes in each of the sends for {@code run} messages. */
    static int messagesPerSend(int run, int segment) {
        int limit = Math.clamp(WorkerIo.MAX_SEGMENTED_BYTES / segment, 1, WorkerIo.MAX_SEND_SEGMENTS);
        int sends = (run + limit - 1) / limit;
        return (run + sends - 1) / sends;
    }

    /** The I/O was flushed. */
    void flushed() {
        errors.flushed();
    }

    @Override
    public void close() {
        errors.close();
    }
}
