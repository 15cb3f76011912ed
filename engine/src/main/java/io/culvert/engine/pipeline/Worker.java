// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.schedule.CpuContention;
import io.culvert.engine.timer.TimerWheel;
import io.culvert.ring.Mailbox;
import io.culvert.ring.OrderedQueue;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * One worker: a TUN queue, its sockets, the peers whose <em>home</em> it is, and a share of the AEAD work.
 *
 * <p>{@link #doWork} is one duty cycle, on the worker's thread. Other threads reach a worker only through
 * {@link #post}, its work ring (from which they steal) and {@link #attend}, and then call {@link #signal}.
 */
public final class Worker extends WorkerCounters {
    private static final Logger LOG = System.getLogger(Worker.class.getName());

    /** Trains of each direction: bounds memory and latency. */
    private static final int TRAINS = 64;
    /** Bytes for the messages of one train: 64 of full size, or one of the largest. */
    private static final int SLAB_BYTES = 96 * 1024;

    private static final int MAILBOX_CAPACITY = 8192;
    /** Trains that one receive call may need: one for each datagram. */
    private static final int RECEIVE_MARGIN = 16;
    /** Trains that one TUN read may need: a super-packet may have more segments than a train holds. */
    private static final int TRANSMIT_MARGIN = 2;
    /** Waiting trains from which on it pays to wake a sleeping worker, which takes about 15 us. */
    private static final int STEAL_THRESHOLD = 4;

    private final int id;
    final PipelineContext context;
    private final Workers workers;
    private final TimerWheel wheel;
    private final TrainPool transmitTrains;
    private final TrainPool receiveTrains;
    /** Trains for the AEAD. Producer: this worker. Consumers: all workers. */
    private final WorkRing<Train> ring = new WorkRing<>(2 * TRAINS);
    /** Producers: any thread. Consumer: this worker. */
    private final Mailbox<Runnable> mailbox = new Mailbox<>(MAILBOX_CAPACITY);
    /** Producers: all workers. Consumer: this worker. */
    private final AttentionList attention = new AttentionList();

    private final CommitQueue commits;
    /** Set by this worker, cleared by the thread that wakes it. */
    private final SleepFlag sleepFlag = new SleepFlag();

    /** Shows whether the worker's thread turns. */
    final Heartbeat heartbeat;

    private final ControlMessages messages = new ControlMessages();
    private final UdpBuffers udpBuffers = new UdpBuffers();
    final SendPath sendPath;
    /** Set once, in initialize. Other threads read it after Workers.start, or after they saw the sleep flag. */
    private WorkerIo io;

    /** Written by the worker's thread at its end; read there, and by others after they saw that it has ended. */
    private boolean ioClosed;

    private Intake intake;
    private ReceivePath receivePath;
    private CpuContention contention;
    private Aead aead;
    private long now;
    private long parkNanos;
    private long minWaitNanos;

    /** Worker {@code id} of {@code count}. */
    Worker(PipelineContext context, Workers workers, int id, int count) {
        super(context.platform().clock());
        this.context = context;
        this.workers = workers;
        this.id = id;
        now = clock.nanos();
        wheel = new TimerWheel(context.platform().random().nextInt());
        transmitTrains = TrainPool.outgoing(this, TRAINS, SLAB_BYTES);
        receiveTrains = TrainPool.incoming(this, TRAINS);
        commits = new CommitQueue(this, 2 * TRAINS * count);
        sendPath = new SendPath(this);
        heartbeat = new Heartbeat("worker-" + id, this::signal);
    }

    /** Creates the I/O and the AEAD; on the worker's thread, before the first {@link #doWork}. */
    void initialize() {
        io = context.platform().workerIo(id);
        intake = new Intake(this, io, transmitTrains, clock.nanos());
        aead = context.aeads().get();
        contention = new CpuContention(io::runDelay);
        receivePath = new ReceivePath(this, intake);
    }

    /** The worker's number, which is the low byte of the receiver indices of peers at home here. */
    public int id() {
        return id;
    }

    /** The thread that does this work; {@code null} before it runs. Any thread. */
    public Thread thread() {
        return heartbeat.thread();
    }

    /** The timers of the peers at home here. */
    public TimerWheel wheel() {
        return wheel;
    }

    /** The time of this duty cycle; on the worker's thread. */
    public long now() {
        return now;
    }

    /** The I/O; on the worker's thread, except for the counters. */
    public WorkerIo io() {
        return io;
    }

    /** Runs {@code task} on the worker's thread; {@code false} when the mailbox is full. Any thread. */
    public boolean post(Runnable task) {
        boolean accepted = mailbox.offer(task);
        signal();
        return accepted;
    }

    /** Lists a peer at home here that wants attention and is not listed. Any worker. */
    void attend(PeerPath peer) {
        attention.add(peer);
        signal();
    }

    /** Wakes the worker if it sleeps, after something was enqueued for it. Any thread. */
    void signal() {
        if (sleepFlag.clearToWake()) {
            io.wake();
        }
    }

    /**
     * One duty cycle: read input, run the AEAD over waiting trains, commit, run timers, flush.
     *
     * @return a count of the work done, 0 when there was none
     */
    public int doWork() {
        now = clock.nanos();
        int work = intake.poll(now);
        enter(Stage.REQUESTS);
        sendPath.dispatchFilling();
        receivePath.dispatchFilling();
        work += drainRequests();
        work += wheel.poll(now);
        sendPath.dispatchFilling();
        enter(Stage.CIPHER);
        work += processOwn();
        if (work == 0) {
            work += steal();
        }
        enter(Stage.COMMIT);
        work += commits.commit(sendPath, receivePath);
        // Staged packets and keepalives that a commit released leave in the same cycle.
        sendPath.dispatchFilling();
        processOwn();
        commits.commit(sendPath, receivePath);
        // So do those of this commit in the next cycle: a worker does not sleep while a train is offered.
        sendPath.dispatchFilling();
        enter(Stage.FLUSH);
        flush();
        freeCommitted();
        commits.release();
        reclaim();
        yieldToReaders();
        return work;
    }

    /** Sleeps until there may be work, or a timer is due. */
    void park() {
        enter(Stage.PARK);
        if (beginPark()) {
            heartbeat.asleep();
            io.park(parkNanos, minWaitNanos);
            heartbeat.atWork();
        }
        endPark();
    }

    /**
     * The first half of a park: announces the sleep and computes its length. A simulation calls it in place of
     * {@code park}, and {@link #endPark} once its virtual time has passed.
     *
     * @return whether to sleep, for {@link #parkNanos} and {@link #minWaitNanos}; {@code false} when there is work
     */
    public boolean beginPark() {
        sleepFlag.set();
        if (!isIdle()) {
            return false;
        }
        long current = clock.nanos();
        long earliest = wheel.earliest();
        parkNanos = intake.parkNanos(current, earliest == TimerWheel.OFF ? Long.MAX_VALUE : earliest - current);
        if (parkNanos <= 0) {
            return false;
        }
        minWaitNanos = intake.minWaitNanos(current);
        return true;
    }

    /** Whether nothing waits but input and timers, which end a park by themselves. The worker's thread. */
    public boolean isIdle() {
        return mailbox.isEmpty() && attention.isEmpty() && commits.isEmpty() && !workers.anyWork();
    }

    /** The trains and TUN buffers that packets are in; the worker's thread. */
    public int buffersInUse() {
        return transmitTrains.inUse() + receiveTrains.inUse() + intake.buffersInUse();
    }

    /** The second half of a park: the worker is awake. */
    public void endPark() {
        sleepFlag.clear();
    }

    /** The longest sleep of the park that {@link #beginPark} began. */
    public long parkNanos() {
        return parkNanos;
    }

    /** The shortest sleep of that park, even if input arrives; 0 for none. */
    public long minWaitNanos() {
        return minWaitNanos;
    }

    /** Does what other threads have asked for; on the worker's thread, or on any after that has ended. */
    int drainRequests() {
        return drainMailbox() + attention.attendAll();
    }

    private int drainMailbox() {
        int count = 0;
        for (Runnable task; count < MAILBOX_CAPACITY && (task = mailbox.poll()) != null; count++) {
            task.run();
        }
        return count;
    }

    private int processOwn() {
        int count = 0;
        for (Train train; (train = ring.poll()) != null; count++) {
            process(train);
        }
        return count;
    }

    private int steal() {
        for (int i = 1; i < workers.count(); i++) {
            Train train = workers.get((id + i) % workers.count()).ring.poll();
            if (train != null) {
                crossWorker.add(CrossWorkerCounter.STOLEN, 1);
                process(train);
                return 1;
            }
        }
        return 0;
    }

    /** Whether trains wait for the AEAD here. Any thread; a hint. */
    boolean hasWork() {
        return ring.size() > 0;
    }

    /**
     * Adds a train to its peer's queue; drops it when the queue is full.
     *
     * @return the number of its first packet, {@link OrderedQueue#FULL} if it was dropped
     */
    long enqueue(Train train) {
        long number = train.queue().trains.offer(train, train.count);
        if (number == OrderedQueue.FULL) {
            drops.add(train.transmit ? DropCause.TX_OVERLOAD : DropCause.RX_OVERLOAD, train.count);
            free(train);
        } else {
            batches.add(train.transmit ? Batch.SENT_TRAIN : Batch.RECEIVED_TRAIN, train.count);
        }
        return number;
    }

    /** Offers an enqueued train to all workers. */
    void offer(Train train) {
        sample(train);
        if (!ring.offer(train)) {
            process(train);
        } else if (ring.size() >= STEAL_THRESHOLD && !contention.isContended(now)) {
            workers.wakeOne(id);
        }
    }

    /** Whether this worker sleeps. Any thread; a hint. */
    boolean isSleeping() {
        return sleepFlag.isSet();
    }

    private void process(Train train) {
        // Read now: once published, the train belongs to the holder of the queue's token.
        TrainQueue queue = train.queue();
        beginCipher(train);
        if (train.transmit) {
            SendPath.seal(this, train);
        } else {
            ReceivePath.open(this, train);
        }
        commits.finished(queue);
    }

    /** Gives up a train that is enqueued and was not offered: it is committed without effect. */
    void fail(Train train) {
        TrainQueue queue = train.queue();
        train.publish(Train.FAILED);
        commits.finished(queue);
    }

    /** The tokens that this worker holds; on the worker's thread. */
    CommitQueue commits() {
        return commits;
    }

    /** Counts a commit of this worker, which begins. */
    void committed(Train train) {
        beginCommit(train);
        if (train.peer.home() != this) {
            crossWorker.add(CrossWorkerCounter.COMMITTED, 1);
        }
    }

    /** Hands all writes and sends to the kernel. */
    private void flush() {
        io.flush();
        messages.flushed();
        sendPath.flushed();
    }

    /** Yields to the readers of a burst of datagrams. */
    private void yieldToReaders() {
        if (intake.isYieldDue()) {
            intake.yielding(clock.nanos());
            Thread.yield();
        }
    }

    /** Counts and frees the trains committed before the last flush, while their queues' tokens are held. */
    private void freeCommitted() {
        for (Train train; (train = commits.pollCommitted()) != null; ) {
            if (train.transmit) {
                sendPath.count(train);
            }
            free(train);
        }
    }

    /** Frees the trains that other workers returned. */
    private void reclaim() {
        for (Train train; (train = transmitTrains.reclaim()) != null; ) {
            transmitTrains.free(train);
        }
        for (Train train; (train = receiveTrains.reclaim()) != null; ) {
            udpBuffers.release(io, train);
            receiveTrains.free(train);
        }
    }

    /** Returns a train to its owner. */
    void free(Train train) {
        train.end();
        if (train.owner != this) {
            (train.transmit ? train.owner.transmitTrains : train.owner.receiveTrains).giveBack(train);
        } else if (train.transmit) {
            transmitTrains.free(train);
        } else {
            udpBuffers.release(io, train);
            receiveTrains.free(train);
        }
    }

    /** Adds a reference to a UDP buffer of this worker. */
    void retainUdp(int buffer) {
        udpBuffers.retain(buffer);
    }

    /** Drops a reference to a UDP buffer; the last returns the buffer. */
    void releaseUdp(int buffer) {
        udpBuffers.release(io, buffer);
    }

    Train takeTransmitTrain() {
        return transmitTrains.take();
    }

    Train takeReceiveTrain() {
        return receiveTrains.take();
    }

    /** Whether enough trains are free for one TUN read; unread packets wait in the kernel. */
    boolean hasTransmitCapacity() {
        return transmitTrains.available() >= TRANSMIT_MARGIN;
    }

    /** Whether enough trains are free for one receive call; unread datagrams wait in the kernel. */
    boolean hasReceiveCapacity() {
        return receiveTrains.available() >= RECEIVE_MARGIN;
    }

    Aead aead() {
        return aead;
    }

    /** Sends a packet, virtio-net header first, whose memory may be reused on return. The worker's thread. */
    public void send(long vnetHeader, int length) {
        sendPath.packet(vnetHeader, length);
    }

    /** Sends a keepalive under a keypair to which the caller took a reference; on the worker's thread. */
    public void sendKeepalive(PeerPath peer, Keypair<?> keypair) {
        sendPath.keepalive(peer, keypair);
    }

    /**
     * Sends a handshake message or cookie reply; on the worker's thread. Nothing leaves once the I/O was closed.
     *
     * @param peer at home here, which counts the message; {@code null} for a cookie reply
     */
    public void sendMessage(byte[] message, UdpEndpoint to, int dscp, PeerPath peer) {
        if (ioClosed) {
            return;
        }
        if (messages.isFull()) {
            flush();
        }
        if (peer != null) {
            sendPath.verifySource(to);
        }
        messages.send(io, message, to, dscp, peer);
    }

    /** Enqueues a handshake message for the handshake threads. */
    void handshakeMessage(long message, int size, UdpEndpoint from) {
        if (!context.handshakes().offer(this, message, size, from)) {
            drops.add(DropCause.HANDSHAKE_OVERLOAD, 1);
        }
    }

    /** Takes datagrams of one sender; see {@link WorkerIo.Sink}. */
    void received(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        retainUdp(buffer);
        receivePath.datagrams(buffer, address, length, limit, segment, from, ecn);
    }

    /** The TUN was removed, so the device must be closed. */
    void tunRemoved() {
        LOG.log(Level.DEBUG, "worker {0}: the TUN was removed", id);
        context.end().tunRemoved();
    }

    /** Reads from and sends through a port, or none ({@code null}); does nothing once the I/O was closed. */
    public void attach(UdpPort port) {
        if (!ioClosed) {
            io.attach(port);
        }
    }

    /** Closes the I/O and the AEAD; on the worker's thread, after the last {@link #doWork} of all workers. */
    void closeIo() {
        ioClosed = true;
        if (io != null) {
            freeCommitted();
            reclaim();
            io.close();
        }
        if (intake != null) {
            intake.close();
        }
        if (aead != null) {
            aead.close();
        }
    }

    /** Frees all trains, including those in flight; after the last thread ended. */
    void close() {
        for (Train train; (train = ring.poll()) != null; ) {
            train.publish(Train.FAILED);
        }
        transmitTrains.close();
        receiveTrains.close();
        messages.close();
        sendPath.close();
    }
}
