package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.Peer;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.schedule.CpuContention;
import io.culvert.engine.schedule.WakeupCoalescing;
import io.culvert.engine.timer.TimerWheel;
import io.culvert.ring.Mailbox;
import io.culvert.ring.WorkRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;

/**
 * One worker: a TUN queue, its sockets, its share of the peers (whose <em>home</em> it is), and a hand in the sealing and
 * opening of everyone's trains.
 *
 * <p>{@link #doWork} is one duty cycle. All of it runs on the worker's thread; other threads reach a worker only through
 * {@link #post}, its work ring (from which they steal), and commit requests. What they offer is followed by
 * {@link #signal}, which wakes the worker if it sleeps; the worker, before it sleeps, says so and looks once more, with
 * a full fence between on both sides, so that no offer is overlooked.
 */
public final class Worker implements WorkerIo.Sink {
    private static final Logger LOG = System.getLogger(Worker.class.getName());

    /** Trains under way in each direction: bounds memory, and how long a queue can become. */
    private static final int TRAINS = 64;
    /** What one train's messages may take: 64 of full size, or one of the largest. */
    private static final int SLAB_BYTES = 96 * 1024;

    private static final int MAILBOX_CAPACITY = 8192;
    /** What one receive may fill: a train for each of a batch of datagrams. */
    private static final int RECEIVE_MARGIN = 16;
    /** What one read may fill: a super-packet of more segments than a train holds takes another. */
    private static final int TRANSMIT_MARGIN = 2;
    /** From how many trains on that wait here it pays to wake a sleeping worker, which costs about 15 us. */
    private static final int STEAL_THRESHOLD = 4;

    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(Worker.class, "sleeping", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What this worker dropped, by cause; written by its thread. */
    final Counters<DropCause> drops = new Counters<>(DropCause.class);
    /** What passed here; written by its thread. */
    final Counters<Traffic> traffic = new Counters<>(Traffic.class);

    private final Counters<CrossWorkerCounter> handOffs = new Counters<>(CrossWorkerCounter.class);

    private final int id;
    private final Device device;
    private final TimerWheel wheel;
    private final TrainPool transmitTrains;
    private final TrainPool receiveTrains;
    /** Trains to be sealed or opened. Producer: this worker. Consumers: all workers. */
    private final WorkRing<Train> ring = new WorkRing<>(2 * TRAINS);
    /** Producers: any thread. Consumer: this worker. */
    private final Mailbox<Runnable> mailbox = new Mailbox<>(MAILBOX_CAPACITY);
    /** Queues of peers at home here whose head may be ready. Producers: other workers. Consumer: this worker. */
    private final Mailbox<TrainQueue> commitRequests;
    /** The same, from this worker itself. */
    private final ArrayDeque<TrainQueue> ownCommitRequests = new ArrayDeque<>(2 * TRAINS);
    /** Committed trains, whose memory the kernel still reads until the next flush. */
    private final ArrayDeque<Train> committed = new ArrayDeque<>(4 * TRAINS);

    private final WakeupCoalescing moderation = new WakeupCoalescing();
    private final ControlMessages messages = new ControlMessages();
    private final UdpBuffers udpBuffers = new UdpBuffers();
    private final SendPath sendPath;
    private WorkerIo io;
    private ReceivePath receivePath;
    private CpuContention contention;
    private Aead aead;
    private long now;
    private boolean tunGone;

    /** 1 while parked or about to: set by the worker, cleared by whoever wakes it (volatile exchange). */
    @SuppressWarnings("unused") // through SLEEPING
    private int sleeping;

    /** A worker of a device, one of {@code workers}. */
    public Worker(Device device, int id, int workers) {
        this.device = device;
        this.id = id;
        now = device.platform().clock().nanos();
        wheel = new TimerWheel(now, device.platform().random().nextInt());
        transmitTrains = TrainPool.outgoing(this, TRAINS, SLAB_BYTES);
        receiveTrains = TrainPool.incoming(this, TRAINS);
        // Each train in flight causes at most one request that is not yet answered.
        commitRequests = new Mailbox<>(2 * TRAINS * workers);
        sendPath = new SendPath(this);
    }

    /** Opens the I/O and the AEAD; on the worker's thread, before the first {@link #doWork}. */
    public void open() {
        io = device.platform().workerIo(id);
        aead = device.newAead();
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

    /** What was dropped here; any thread. */
    public Counters<DropCause> drops() {
        return drops;
    }

    /** What this worker took from others and passed on to them; any thread. */
    public Counters<CrossWorkerCounter> handOffs() {
        return handOffs;
    }

    /** What passed here; any thread. */
    public Counters<Traffic> traffic() {
        return traffic;
    }

    /** This worker's I/O; its thread only, but for the counters. */
    public WorkerIo io() {
        return io;
    }

    /** Runs {@code task} on the worker's thread; {@code false} when too much waits there already. Any thread. */
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
     * One duty cycle: take what arrived, seal and open, commit, run timers.
     *
     * @return a count of what was done, 0 when there was nothing to do
     */
    public int doWork() {
        now = device.platform().clock().nanos();
        int work = io.poll(this);
        moderation.count(work);
        sendPath.closeTrain();
        receivePath.closeTrain();
        work += drainMailbox();
        work += wheel.poll(now);
        sendPath.closeTrain();
        work += processOwn();
        if (work == 0) {
            work += steal();
        }
        work += commit();
        // What a commit set free to go (staged packets, keepalives) goes in this cycle too.
        sendPath.closeTrain();
        processOwn();
        commit();
        finish();
        return work;
    }

    /** Sleeps until there may be something to do. */
    public void park() {
        SLEEPING.setVolatile(this, 1);
        VarHandle.fullFence();
        if (mailbox.isEmpty() && commitRequests.isEmpty() && !device.workers().anyWork()) {
            long earliest = wheel.earliest();
            long wait = earliest == TimerWheel.OFF
                    ? Long.MAX_VALUE
                    : earliest - device.platform().clock().nanos();
            if (wait > 0) {
                io.park(wait, moderation.gather(device.platform().clock().nanos()));
            }
        }
        SLEEPING.setVolatile(this, 0);
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
        Workers workers = device.workers();
        for (int i = 1; i < workers.count(); i++) {
            Train train = workers.get((id + i) % workers.count()).ring.poll();
            if (train != null) {
                handOffs.add(CrossWorkerCounter.STOLEN, 1);
                process(train);
                return 1;
            }
        }
        return 0;
    }

    /** Whether trains wait here; any thread. */
    boolean hasWork() {
        return ring.size() > 0;
    }

    /** Gives a train its place in the peer's order and offers it to the workers; drops it when there is no place. */
    void offer(Train train) {
        if (!train.queue().trains.offer(train)) {
            drops.add(train.transmit ? DropCause.TX_OVERLOAD : DropCause.RX_OVERLOAD, train.count);
            free(train);
            return;
        }
        if (!ring.offer(train)) {
            process(train);
        } else if (ring.size() >= STEAL_THRESHOLD && !contention.isContended(now)) {
            device.workers().wakeOne(id);
        }
    }

    /** Whether this worker sleeps; any thread, a hint. */
    boolean isSleeping() {
        return (int) SLEEPING.getOpaque(this) != 0;
    }

    private void process(Train train) {
        // Published trains belong to the peer's home: what is needed afterwards is read before.
        Peer peer = train.peer;
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
                handOffs.add(CrossWorkerCounter.COMMIT_REQUESTED, 1);
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

    /** Hands all writes to the kernel; from then on the trains' memory is free. */
    private void finish() {
        messages.flush(io);
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

    Aead aead() {
        return aead;
    }

    AllowedIps<Peer> allowedIps() {
        return device.allowedIps();
    }

    IndexTable indexTable() {
        return device.indexTable();
    }

    int mtu() {
        return device.platform().tun().mtu();
    }

    /** Sends a packet that waited for a key, as if it came from the TUN now; on the worker's thread. */
    public void sendStaged(long vnetHeader, int length) {
        sendPath.packet(vnetHeader, length);
    }

    /** Sends a keepalive under a keypair to which the caller took a reference; on the worker's thread. */
    public void sendKeepalive(Peer peer, Keypair keypair) {
        sendPath.keepalive(peer, keypair);
    }

    /** Sends one message, such as a handshake's; on the worker's thread. */
    public void sendMessage(byte[] message, UdpEndpoint to, int dscp) {
        messages.send(io, message, to, dscp);
    }

    /** Passes a handshake message on to the handshake threads. */
    void handshakeMessage(long message, int size, UdpEndpoint from) {
        if (!device.handshakes().offer(this, message, size, from)) {
            drops.add(DropCause.HANDSHAKE_OVERLOAD, 1);
        }
    }

    @Override
    public void onTun(int buffer, long address, int length) {
        sendPath.packet(address, length);
        io.releaseTun(buffer);
    }

    @Override
    public void onUdp(int buffer, long address, int length, long limit, int segment, UdpEndpoint from, int ecn) {
        retainUdp(buffer);
        receivePath.datagrams(buffer, address, length, limit, segment, from, ecn);
    }

    @Override
    public boolean takesTun() {
        return transmitTrains.available() >= TRANSMIT_MARGIN;
    }

    @Override
    public boolean takesUdp() {
        return receiveTrains.available() >= RECEIVE_MARGIN;
    }

    @Override
    public void onTunGone() {
        if (!tunGone) {
            tunGone = true;
            LOG.log(Level.DEBUG, "worker {0}: the TUN is gone", id);
            device.tunGone();
        }
    }

    /** Ends the I/O; on the worker's thread, after the last {@link #doWork}. */
    void closeIo() {
        if (io != null) {
            io.close();
        }
        if (aead != null) {
            aead.close();
        }
    }

    /** Frees the trains, those under way too; when no worker runs any more. */
    void close() {
        for (Train train; (train = ring.poll()) != null; ) {
            train.publish(Train.FAILED);
        }
        transmitTrains.close();
        receiveTrains.close();
        messages.close();
    }
}
