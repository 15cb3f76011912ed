// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A network in memory that loses, doubles, delays and reorders datagrams as it is told, at random but the same for the
 * same seed. Time is that of a {@link Clock}; with no delay, a datagram arrives while it is sent. Thread-safe.
 */
public final class MemoryNetwork {
    private record Journey(Datagram datagram, long due, long number) {}

    private final Clock clock;
    private final SplittableRandom random;
    private final Map<Address, MemoryPort> ports = new HashMap<>();
    private final PriorityQueue<Journey> journeys = new PriorityQueue<>(
            (a, b) -> a.due != b.due ? Long.compare(a.due, b.due) : Long.compare(a.number, b.number));
    private final List<Datagram> log = new ArrayList<>();
    private double loss;
    private double duplication;
    private long leastDelay;
    private long greatestDelay;
    private Predicate<Datagram> blocked = datagram -> false;
    private long number;

    /** A perfect network, for now. */
    public MemoryNetwork(Clock clock, long seed) {
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    /** How likely a datagram is lost, 0 to 1. */
    public synchronized void setLoss(double probability) {
        loss = probability;
    }

    /** How likely a datagram arrives twice, 0 to 1. */
    public synchronized void setDuplication(double probability) {
        duplication = probability;
    }

    /** How many nanoseconds a datagram takes: a uniform choice for each, so that they overtake each other. */
    public synchronized void setDelay(long least, long greatest) {
        leastDelay = least;
        greatestDelay = greatest;
    }

    /** Loses all datagrams that {@code condition} is true for. */
    public synchronized void block(Predicate<Datagram> condition) {
        blocked = condition;
    }

    /** Loses none but by chance. */
    public synchronized void unblock() {
        blocked = datagram -> false;
    }

    /** Everything that was sent since the last call, lost or not. */
    public synchronized List<Datagram> sent() {
        List<Datagram> copy = List.copyOf(log);
        log.clear();
        return copy;
    }

    /** When the next datagram arrives, or {@link Long#MAX_VALUE}. */
    public synchronized long earliest() {
        return journeys.isEmpty() ? Long.MAX_VALUE : journeys.peek().due;
    }

    /** Sends a datagram on its way. */
    public synchronized void send(Datagram datagram) {
        log.add(datagram);
        if (!blocked.test(datagram) && random.nextDouble() >= loss) {
            inject(datagram);
            if (random.nextDouble() < duplication) {
                inject(datagram);
            }
        }
    }

    /** Sends a datagram that neither appears in the log nor is lost: an attacker's. */
    public synchronized void inject(Datagram datagram) {
        long delay = greatestDelay == 0 ? 0 : random.nextLong(leastDelay, greatestDelay + 1);
        if (delay == 0) {
            arrive(datagram);
        } else {
            journeys.add(new Journey(datagram, clock.nanos() + delay, number++));
        }
    }

    /** Lets arrive what is due; returns how many datagrams. */
    public synchronized int deliver() {
        int count = 0;
        while (!journeys.isEmpty() && journeys.peek().due <= clock.nanos()) {
            arrive(journeys.poll().datagram);
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
