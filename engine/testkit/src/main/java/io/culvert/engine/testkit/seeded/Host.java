// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.Peer;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.MemoryTun;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.SimulatedWorker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/** A host with one device, which may be started again, move, get another key, and lose its CPUs for a while. */
final class Host implements AutoCloseable {
    final int number;
    final int workers;
    final Refusals refusals;
    private final World world;
    private final List<Schedule.Actor> turns = new ArrayList<>();
    private final boolean scattered;
    private Node node;
    private Keys.Life life;
    private byte[] privateKey;
    private PublicKey publicKey;
    private int port = Node.PORT;
    private List<Address> addresses;
    private boolean frozen;
    /** The workers without a CPU. */
    private final BitSet suspended = new BitSet();

    /** A host whose device does not run yet. With {@code scattered} its input arrives at any worker. */
    Host(World world, int number, int workers, boolean scattered) {
        this.world = world;
        this.number = number;
        this.workers = workers;
        this.scattered = scattered;
        refusals = new Refusals(world.random);
        addresses = List.of(Node.outer4(number), Node.outer6(number));
        for (int i = 0; i < workers; i++) {
            turns.add(new WorkerTurn(this, i));
        }
        turns.forEach(world.schedule::add);
        world.schedule.add(() -> runs() && node.device().handshakes().doWork() > 0);
        // It runs tasks of all workers.
        world.schedule.add(
                () -> runs() && isBetweenTurns() && node.device().retries().doWork() > 0);
        newKey();
    }

    /** The turns of a worker. */
    private record WorkerTurn(Host host, int worker) implements Schedule.Actor {
        @Override
        public boolean turn() {
            if (!host.runs()) {
                return false;
            }
            SimulatedWorker simulated = host.node.worker(worker);
            return simulated.step() > 0 || simulated.isAwake();
        }

        @Override
        public boolean isPreemptible() {
            return true;
        }
    }

    private boolean runs() {
        return node != null && !frozen;
    }

    /** Whether none of its workers is in the middle of a turn. */
    private boolean isBetweenTurns() {
        return turns.stream().allMatch(world.schedule::isFree);
    }

    /** Whether worker {@code worker} is not in the middle of a turn. */
    boolean isBetweenTurns(int worker) {
        return world.schedule.isFree(turns.get(worker));
    }

    /** Starts the device; its interface is up, and it has no peers. */
    void start() {
        suspended.clear();
        life = new Keys.Life(number, life == null ? 1 : life.number() + 1);
        long seed = world.random.nextLong();
        MemoryPlatform platform = new MemoryPlatform(
                world.clock, world.network, "wg" + number, workers, seed, addresses.toArray(new Address[0]));
        if (scattered) {
            platform.scatter(world.random.nextLong());
        }
        DeviceOptions options = new DeviceOptions(
                1,
                () -> new WatchedAead(World.AEADS.create(), world.keys, life, world.schedule),
                false,
                new MemoryBudget(MemoryBudget.PEER * 1_000),
                0,
                new Narrator(world, number));
        node = new Node(platform, new SeededPlatform(platform, world.schedule, refusals), number, seed, options);
        setKey();
        setPort(port);
        node.tun().setLink(true);
    }

    /** Draws another private key, which {@link #setKey} sets. */
    void newKey() {
        privateKey = new byte[Secret.BYTES];
        world.random.nextBytes(privateKey);
        try (Secret secret = new Secret(privateKey)) {
            StaticIdentity identity = new StaticIdentity(secret);
            publicKey = identity.publicKey();
            try (Secret clamped = identity.copyPrivateKey()) {
                world.keys.configured(clamped.toBytes());
            }
            identity.release();
        }
    }

    /** Gives the device its private key. */
    void setKey() {
        try (DeviceUpdate update =
                new DeviceUpdate(new Secret(privateKey), OptionalInt.empty(), OptionalInt.empty(), false, List.of())) {
            node.apply(update);
        }
    }

    /** Has the device listen on another port; returns whether the system lets it. */
    boolean setPort(int newPort) {
        try (DeviceUpdate update =
                new DeviceUpdate(null, OptionalInt.of(newPort), OptionalInt.empty(), false, List.of())) {
            node.device().apply(update);
            port = newPort;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Moves it to other addresses. */
    void move(List<Address> newAddresses) {
        addresses = newAddresses;
        node.platform().bind().setAddresses(newAddresses);
    }

    /** Changes a peer. */
    void apply(PeerUpdate update) {
        try (update) {
            node.apply(update);
        }
    }

    PublicKey publicKey() {
        return publicKey;
    }

    Keys.Life life() {
        return life;
    }

    Node node() {
        return node;
    }

    MemoryTun tun() {
        return node.tun();
    }

    /** Its address in the network, of one family. */
    Address outer(boolean ipv6) {
        return addresses.get(ipv6 ? 1 : 0).withPort(port);
    }

    /** The home of a peer, or -1 if there is no such peer. */
    int home(PublicKey key) {
        for (Peer peer : node.device().peers()) {
            if (peer.publicKey().equals(key)) {
                return peer.home().id();
            }
        }
        return -1;
    }

    /** Stops the whole host, as SIGSTOP or a suspend does, or lets it go on. */
    void freeze(boolean nowFrozen) {
        frozen = nowFrozen;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** When anything of it runs next; {@link Long#MAX_VALUE} for never. */
    long earliest() {
        return runs() ? node.earliest() : Long.MAX_VALUE;
    }

    /** Takes what came out of its tunnel. */
    void drain() {
        for (byte[] framed : node.tun().received()) {
            world.packets.arrive(number, framed);
        }
    }

    /** No worker may sleep while something waits for it. */
    void checkWakeUps() {
        for (int i = 0; i < workers && runs(); i++) {
            if (node.worker(i).isAsleep() && node.worker(i).hasRequests()) {
                throw new Violation(
                        Invariant.WAKE_UP, "worker %d of wg%d sleeps while work waits for it".formatted(i, number));
            }
        }
    }

    /** Takes a worker's CPU away, or gives it back. */
    void suspend(int worker, boolean nowSuspended) {
        suspended.set(worker, nowSuspended);
        node.suspend(worker, nowSuspended);
    }

    /** Between turns of all workers, the staged packets are within the limit of peers. */
    void checkMemory(long limit) {
        if (!suspended.isEmpty()) {
            // Packets on their way to the peer's home have another limit, that of the memory.
            return;
        }
        long bytes = node.device().statistics().stagedBytes();
        if (bytes > limit) {
            throw new Violation(
                    Invariant.MEMORY,
                    "packets that wait at wg%d take %d bytes, with a limit of %d".formatted(number, bytes, limit));
        }
    }

    /** Wakes all its workers. */
    void wake() {
        for (int i = 0; i < workers; i++) {
            node.platform().io(i).wake();
        }
    }

    /** While no packet is under way, all buffers are free. */
    void checkBuffers() {
        for (int i = 0; i < workers; i++) {
            int used = node.worker(i).buffersInUse();
            if (used > 0) {
                throw new Violation(
                        Invariant.BUFFERS,
                        "worker %d of wg%d has %d buffers in use, and no packet".formatted(i, number, used));
            }
        }
        if (node.device().statistics().stagedBytes() != 0) {
            throw new Violation(Invariant.BUFFERS, "packets wait at wg" + number + " although its sessions work");
        }
    }

    /** Ends the device, without a word to its peers. */
    @Override
    public void close() {
        Node last = node;
        if (last != null) {
            drain();
            node = null;
            close(last);
            world.keys.closed(life);
        }
    }

    private void close(Node last) {
        try {
            last.close();
        } catch (AssertionError e) {
            throw new Violation(Invariant.BUFFERS, "at the end of wg%d: %s".formatted(number, e.getMessage()), e);
        }
    }
}
