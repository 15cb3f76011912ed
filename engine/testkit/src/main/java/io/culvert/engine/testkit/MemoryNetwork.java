// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A network in memory that loses, duplicates, delays and reorders datagrams at random, but the same for the same seed.
 * Time is that of a {@link Clock}; without a delay, a datagram arrives while it is sent. Thread-safe.
 */
public final class MemoryNetwork {
    private record Transit(Datagram datagram, long due, long number) {}

    private final Clock clock;
    private final SplittableRandom random;
    private final Map<Address, MemoryPort> ports = new HashMap<>();
    private final PriorityQueue<Transit> inTransit = new PriorityQueue<>(
            (a, b) -> a.due != b.due ? Long.compare(a.due, b.due) : Long.compare(a.number, b.number));
    private final List<Datagram> log = new ArrayList<>();
    private double loss;
    private double duplication;
    private double corruption;
    private long leastDelay;
    private long greatestDelay;
    private Predicate<Datagram> blocked = datagram -> false;
    private long number;

    /** A network that neither loses nor delays datagrams until it is told to. */
    public MemoryNetwork(Clock clock, long seed) {
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    /** Sets the probability that a datagram is lost, 0 to 1. */
    public synchronized void setLoss(double probability) {
        loss = probability;
    }

    /** Sets the probability that a datagram arrives twice, 0 to 1. */
    public synchronized void setDuplication(double probability) {
        duplication = probability;
    }

    /** Sets the probability that one bit of a datagram is inverted, 0 to 1. */
    public synchronized void setCorruption(double probability) {
        corruption = probability;
    }

    /** Sets the delay of each datagram, uniform between two numbers of nanoseconds, so that datagrams are reordered. */
    public synchronized void setDelay(long least, long greatest) {
        leastDelay = least;
        greatestDelay = greatest;
    }

    /** Loses all datagrams for which {@code condition} is true. */
    public synchronized void block(Predicate<Datagram> condition) {
        blocked = condition;
    }

    /** Ends {@link #block}. */
    public synchronized void unblock() {
        blocked = datagram -> false;
    }

    /** The datagrams sent since the last call, in their order, lost ones too. */
    public synchronized List<Datagram> sent() {
        List<Datagram> copy = List.copyOf(log);
        log.clear();
        return copy;
    }

    /** When the next datagram arrives, or {@link Long#MAX_VALUE}. */
    public synchronized long earliest() {
        return inTransit.isEmpty() ? Long.MAX_VALUE : inTransit.peek().due;
    }

    /** Sends a datagram. */
    public synchronized void send(Datagram datagram) {
        log.add(datagram);
        if (!blocked.test(datagram) && random.nextDouble() >= loss) {
            inject(corrupted(datagram));
            if (random.nextDouble() < duplication) {
                inject(corrupted(datagram));
            }
        }
    }

    private Datagram corrupted(Datagram datagram) {
        return corruption > 0 && random.nextDouble() < corruption
                ? datagram.withBitInverted(random.nextInt(8 * datagram.payload().length))
                : datagram;
    }

    /** Sends a datagram that is never lost and that {@link #sent} leaves out, such as an attacker's. */
    public synchronized void inject(Datagram datagram) {
        long delay = greatestDelay == 0 ? 0 : random.nextLong(leastDelay, greatestDelay + 1);
        if (delay == 0) {
            arrive(datagram);
        } else {
            inTransit.add(new Transit(datagram, clock.nanos() + delay, number++));
        }
    }

    /** Delivers the datagrams whose delay is over; returns their number. */
    public synchronized int deliver() {
        int count = 0;
        while (!inTransit.isEmpty() && inTransit.peek().due <= clock.nanos()) {
            arrive(inTransit.poll().datagram);
            count++;
        }
        return count;
    }

    private void arrive(Datagram datagram) {
        MemoryPort port = ports.get(datagram.to());
        if (port != null) {
            port.arrive(datagram);
        }
    }

    synchronized boolean isTaken(Address address) {
        return ports.containsKey(address);
    }

    synchronized void bind(Address address, MemoryPort port) {
        ports.put(address, port);
    }

    synchronized void unbind(MemoryPort port) {
        ports.values().removeIf(port::equals);
    }
}
