package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.schedule.CpuContention;
import io.culvert.engine.timer.TimerWheel;
import io.culvert.ring.Mailbox;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;

/**
 * One worker: a TUN queue, its sockets, the peers whose <em>home</em> it is, and a share of the AEAD work for all trains.
 *
 * <p>{@link #doWork} is one duty cycle, on the worker's thread. Other threads reach a worker only through {@link #post}, its work
 * ring (from which they steal) and commit requests, and then call {@link #signal}.
 *
 * <p>The one wake-up protocol: before the worker sleeps it sets {@code sleeping}, then looks at the mailbox, the commit requests
 * and the work rings once more; a producer first enqueues, then reads {@code sleeping} and wakes the worker if it is set. A full
 * fence lies between the two steps on both sides, so that at least one side sees the other's store.
 */
public final class Worker {
    private static final Logger LOG = System.getLogger(Worker.class.getName());

    /** Trains in flight in each direction: bounds memory, and how long a queue can become. */
    private static final int TRAINS = 64;
    /** Bytes for the messages of one train: 64 of full size, or one of the largest. */
    private static final int SLAB_BYTES = 96 * 1024;

    private static final int MAILBOX_CAPACITY = 8192;
    /** Trains that one receive may need: one for each datagram of a batch. */
    private static final int RECEIVE_MARGIN = 16;
    /** Trains that one read may need: a super-packet of more segments than a train holds takes another. */
    private static final int TRANSMIT_MARGIN = 2;
    /** Waking a sleeping worker, at about 15 us, pays from so many waiting trains on. */
    private static final int STEAL_THRESHOLD = 4;

    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(Worker.class, "sleeping", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Packets dropped here, by cause; written by its thread. */
    final Counters<DropCause> drops = new Counters<>(DropCause.class);
    /** Packets and bytes that passed here; written by its thread. */
    final Counters<Traffic> traffic = new Counters<>(Traffic.class);

    private final Counters<CrossWorkerCounter> crossWorker = new Counters<>(CrossWorkerCounter.class);

    private final int id;
    private final PipelineContext context;
    private final Workers workers;
    private final Clock clock;
    private final TimerWheel wheel;
    private final TrainPool transmitTrains;
    private final TrainPool receiveTrains;
    /** Trains that wait for the AEAD. Producer: this worker. Consumers: all workers. */
    private final WorkRing<Train> ring = new WorkRing<>(2 * TRAINS);
    /** Producers: any thread. Consumer: this worker. */
    private final Mailbox<Runnable> mailbox = new Mailbox<>(MAILBOX_CAPACITY);
    /** Queues of peers at home here whose head may be done. Producers: other workers. Consumer: this worker. */
    private final Mailbox<TrainQueue> commitRequests;
    /** The same, from this worker itself. */
    private final ArrayDeque<TrainQueue> ownCommitRequests = new ArrayDeque<>(2 * TRAINS);
    /** Committed trains, whose memory the kernel still reads until the next flush. */
    private final ArrayDeque<Train> committed = new ArrayDeque<>(4 * TRAINS);

    private final ControlMessages messages = new ControlMessages();
    private final UdpBuffers udpBuffers = new UdpBuffers();
    private final SendPath sendPath;
    private WorkerIo io;
    private Intake intake;
    private ReceivePath receivePath;
    private CpuContention contention;
    private Aead aead;
    private long now;

    // Of the park that begins, in nanoseconds.
    private long parkNanos;
    private long minWaitNanos;

    /** 1 while parked or about to park: set by the worker, cleared by the thread that wakes it (volatile exchange). */
    @SuppressWarnings("unused") // through SLEEPING
    private int sleeping;

    /** Worker {@code id} of {@code count}. */
    Worker(PipelineContext context, Workers workers, int id, int count) {
        this.context = context;
        this.workers = workers;
        this.id = id;
        clock = context.platform().clock();
        now = clock.nanos();
        wheel = new TimerWheel(now, context.platform().random().nextInt());
        transmitTrains = TrainPool.outgoing(this, TRAINS, SLAB_BYTES);
        receiveTrains = TrainPool.incoming(this, TRAINS);
        // Each train in flight causes at most one unanswered request.
        commitRequests = new Mailbox<>(2 * TRAINS * count);
        sendPath = new SendPath(this);
    }

    /** Creates the I/O and the AEAD; on the worker's thread, before the first {@link #doWork}. */
    void initialize() {
        io = context.platform().workerIo(id);
        intake = new Intake(this, io, clock.nanos());
        aead = context.aeads().get();
        contention = new CpuContention(io::runDelay);
        receivePath = new ReceivePath(this);
    }

    /** Its number, which is also the low byte of the receiver indices of peers at home here. */
    public int id() {
        return id;
    }

    /** The timers of the peers at home here. */
    public TimerWheel wheel() {
        return wheel;
    }

    /** The time of this duty cycle; on the worker's thread. */
    public long now() {
        return now;
    }

    /** Packets dropped here; any thread. */
    public Counters<DropCause> drops() {
        return drops;
    }

    /** Packets and bytes that passed here; any thread. */
    public Counters<Traffic> traffic() {
        return traffic;
    }

    /** Trains and requests that passed between workers, as this one counted them; any thread. */
    public Counters<CrossWorkerCounter> crossWorker() {
        return crossWorker;
    }

    /** Its I/O; on the worker's thread, except for the counters. */
    public WorkerIo io() {
        return io;
    }

    /** Runs {@code task} on the worker's thread; {@code false} when the mailbox is full. Any thread. */
    public boolean post(Runnable task) {
        boolean taken = mailbox.offer(task);
        signal();
        return taken;
    }

    /** Wakes the worker if it sleeps, after something was offered to it. Any thread. */
    void signal() {
        VarHandle.fullFence();
        if ((int) SLEEPING.getOpaque(this) != 0 && (int) SLEEPING.getAndSet(this, 0) != 0) {
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
        sendPath.dispatchFilling();
        receivePath.dispatchFilling();
        work += drainMailbox();
        work += wheel.poll(now);
        sendPath.dispatchFilling();
        work += processOwn();
        if (work == 0) {
            work += steal();
        }
        work += commit();
        // Packets that a commit set free (staged packets, keepalives) leave in the same cycle.
        sendPath.dispatchFilling();
        processOwn();
        commit();
        flush();
        reclaim();
        return work;
    }

    /** Sleeps until there may be work. */
    void park() {
        if (beginPark()) {
            io.park(parkNanos, minWaitNanos);
        }
        endPark();
    }

    /**
     * The first half of a park: announces the sleep and computes its length. A simulation calls it in place of {@code park}, and
     * {@link #endPark} once its virtual time has passed.
     *
     * @return whether to sleep, for {@link #parkNanos} and {@link #minWaitNanos}; {@code false} when there is work
     */
    public boolean beginPark() {
        SLEEPING.setVolatile(this, 1);
        VarHandle.fullFence();
        if (!mailbox.isEmpty() || !commitRequests.isEmpty() || workers.anyWork()) {
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

    /** The second half of a park: the worker is awake. */
    public void endPark() {
        SLEEPING.setVolatile(this, 0);
    }

    /** The longest sleep of the park that {@link #beginPark} began. */
    public long parkNanos() {
        return parkNanos;
    }

    /** Its shortest sleep, whatever input comes; 0 for none. */
    public long minWaitNanos() {
        return minWaitNanos;
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

    /** Whether trains wait for the AEAD here; any thread. */
    boolean hasWork() {
        return ring.size() > 0;
    }

    /** Gives a train its place in the peer's order and offers it to the workers; drops it when the peer's queue is full. */
    void offer(Train train) {
        if (!train.queue().trains.offer(train)) {
            drops.add(train.transmit ? DropCause.TX_OVERLOAD : DropCause.RX_OVERLOAD, train.count);
            free(train);
            return;
        }
        if (!ring.offer(train)) {
            process(train);
        } else if (ring.size() >= STEAL_THRESHOLD && !contention.isContended(now)) {
            workers.wakeOne(id);
        }
    }

    /** Whether this worker sleeps; any thread, a hint. */
    boolean isSleeping() {
        return (int) SLEEPING.getOpaque(this) != 0;
    }

    private void process(Train train) {
        // A published train belongs to the peer's home: read before what is needed afterwards.
        PeerPath peer = train.peer;
        TrainQueue queue = train.queue();
        if (train.transmit) {
            SendPath.seal(this, train);
        } else {
            ReceivePath.open(this, train);
        }
        if (queue.trains.requestCommit()) {
            Worker home = peer.home();
            if (home == this) {
                ownCommitRequests.add(queue);
            } else {
                crossWorker.add(CrossWorkerCounter.COMMIT_REQUESTED, 1);
                home.requestCommit(queue);
            }
        }
    }

    private void requestCommit(TrainQueue queue) {
        if (!commitRequests.offer(queue)) {
            throw new AssertionError("more commit requests than trains");
        }
        signal();
    }

    private int commit() {
        int count = 0;
        for (TrainQueue queue; (queue = ownCommitRequests.poll()) != null; ) {
            count += commit(queue);
        }
        for (TrainQueue queue; (queue = commitRequests.poll()) != null; ) {
            count += commit(queue);
        }
        return count;
    }

    private int commit(TrainQueue queue) {
        queue.trains.beginCommit();
        int count = 0;
        for (Train train; (train = queue.trains.pollReady()) != null; count++) {
            if (train.transmit) {
                sendPath.commit(train);
            } else {
                receivePath.commit(train);
            }
            committed.add(train);
        }
        return count;
    }

    /** Hands all writes and sends to the kernel; yields to the readers of a burst of datagrams. */
    private void flush() {
        io.flush();
        messages.flushed();
        if (intake.isYieldDue()) {
            intake.yielding(clock.nanos());
            Thread.yield();
        }
    }

    /** Frees the trains whose memory the kernel has read, and those that other workers returned. */
    private void reclaim() {
        for (Train train; (train = committed.poll()) != null; ) {
            free(train);
        }
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

    /** One more holder of a UDP buffer of this worker. */
    void retainUdp(int buffer) {
        udpBuffers.retain(buffer);
    }

    /** One holder less. */
    void releaseUdp(int buffer) {
        udpBuffers.release(io, buffer);
    }

    Train takeTransmitTrain() {
        return transmitTrains.take();
    }

    Train takeReceiveTrain() {
        return receiveTrains.take();
    }

    /** Whether trains are free for one more read from the TUN; what is not read waits in the kernel. */
    boolean hasTransmitCapacity() {
        return transmitTrains.available() >= TRANSMIT_MARGIN;
    }

    /** Whether trains are free for one more receive call. */
    boolean hasReceiveCapacity() {
        return receiveTrains.available() >= RECEIVE_MARGIN;
    }

    Aead aead() {
        return aead;
    }

    Intake intake() {
        return intake;
    }

    AllowedIps<? extends PeerPath> allowedIps() {
        return context.allowedIps();
    }

    IndexTable indexTable() {
        return context.indexTable();
    }

    int mtu() {
        return context.platform().tun().mtu();
    }

    /**
     * Sends a packet or super-packet of the TUN, or one that was staged; on the worker's thread.
     *
     * @param vnetHeader address of its virtio-net header; the memory may be reused on return
     * @param length of header and packet
     */
    public void send(long vnetHeader, int length) {
        sendPath.packet(vnetHeader, length);
    }

    /** Sends a keepalive under a keypair to which the caller took a reference; on the worker's thread. */
    public void sendKeepalive(PeerPath peer, Keypair keypair) {
        sendPath.keepalive(peer, keypair);
    }

    /** Sends one message, such as a handshake's; on the worker's thread. */
    public void sendMessage(byte[] message, UdpEndpoint to, int dscp) {
        if (messages.isFull()) {
            flush();
        }
        messages.send(io, message, to, dscp);
    }

    /** Passes a handshake message on to the handshake threads. */
    void handshakeMessage(long message, int size, UdpEndpoint from) {
        if (!context.handshakes().offer(this, message, size, from)) {
            drops.add(DropCause.HANDSHAKE_OVERLOAD, 1);
        }
    }

    /** Datagrams of one sender arrived; see {@link WorkerIo.Sink}. */
    void received(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        retainUdp(buffer);
        receivePath.datagrams(buffer, address, length, limit, segment, from, ecn);
    }

    /** The TUN was removed. */
    void tunRemoved() {
        LOG.log(Level.DEBUG, "worker {0}: the TUN was removed", id);
        context.onEnd().run();
    }

    /** This worker failed: its peers' packets would be lost, so the device ends. */
    void failed(Throwable cause) {
        LOG.log(Level.ERROR, "worker " + id + " failed; the device ends", cause);
        context.onEnd().run();
    }

    /** Closes the I/O and the AEAD; on the worker's thread, after the last {@link #doWork}. */
    void closeIo() {
        if (io != null) {
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

    /** Frees the trains, those in flight too; when no worker runs any more. */
    void close() {
        for (Train train; (train = ring.poll()) != null; ) {
            train.publish(Train.FAILED);
        }
        transmitTrains.close();
        receiveTrains.close();
        messages.close();
    }
}
