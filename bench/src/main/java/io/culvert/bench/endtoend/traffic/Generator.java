// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends UDP at a steady rate from one host to another, which may answer each packet as a relay does. Threads of this
 * JVM use sockets in the namespaces of both hosts, so that one clock times both ends. They call sendmmsg and recvmmsg,
 * and allocate nothing per packet.
 *
 * <pre>
 *   0      4          8                16
 *   | flow | sequence | time in nanos  | padding |
 * </pre>
 *
 * An answer has the flow and the sequence number of its packet, and if there is room at 16 the time of the answer.
 */
public final class Generator {
    private static final int FLOW = 0;
    private static final int SEQUENCE = 4;
    private static final int TIME = 8;
    private static final int ANSWER_TIME = 16;
    private static final int CLIENT_PORT = 20_000;
    private static final int SERVER_PORT = 30_000;
    private static final int POLL_MILLIS = 50;
    private static final long LINGER_MILLIS = 500;
    /** The shortest sleep that is worth its system call; at higher rates packets leave several at once. */
    private static final long SLEEP_NANOS = 50_000;

    private final Load load;
    private final UdpSockets clients;
    private final UdpSockets servers;
    private final Jitter there;
    private final Jitter back;
    private final double[] roundTrips;
    /** Packets at the server; the server's thread writes, and the end of that thread publishes. */
    private long arrived;
    /** Answers at the client; the client's receiving thread writes, and its end publishes. */
    private int answered;
    /** Set by the sending thread when the receivers have had time enough. */
    private volatile boolean done;

    private Generator(Load load, UdpSockets clients, UdpSockets servers, int seconds) {
        this.load = load;
        this.clients = clients;
        this.servers = servers;
        there = new Jitter(load.flows());
        back = new Jitter(load.answer() == 0 ? 0 : load.flows());
        roundTrips = new double[load.answer() == 0 ? 0 : (int) Math.min(1 << 24, load.due(seconds * 1_000_000_000L))];
    }

    /** One end of the traffic. */
    public record Host(NetworkNamespace namespace, String address) {}

    /**
     * Sends a load for {@code seconds}.
     *
     * @throws IOException if a socket cannot be opened
     */
    public static Outcome run(Host from, Host to, Load load, int seconds) throws IOException, InterruptedException {
        try (UdpSockets clients = UdpSockets.open(from.namespace(), from.address(), CLIENT_PORT, load.clients());
                UdpSockets servers = UdpSockets.open(to.namespace(), to.address(), SERVER_PORT, load.servers())) {
            return new Generator(load, clients, servers, seconds).run(seconds);
        }
    }

    private Outcome run(int seconds) throws IOException, InterruptedException {
        try (ExecutorService receivers = Executors.newFixedThreadPool(2)) {
            try {
                List<Future<?>> running =
                        List.of(receivers.submit(this::serveUntilDone), receivers.submit(this::collectUntilDone));
                long begin = System.nanoTime();
                long sent = send(begin, seconds * 1_000_000_000L);
                double took = (System.nanoTime() - begin) / 1e9;
                Thread.sleep(LINGER_MILLIS);
                done = true;
                for (Future<?> one : running) {
                    one.get();
                }
                return new Outcome(
                        took,
                        sent,
                        arrived,
                        answered,
                        Arrays.copyOf(roundTrips, Math.min(answered, roundTrips.length)),
                        there.micros(),
                        back.micros());
            } catch (ExecutionException e) {
                throw new IOException("the generator failed: " + e.getCause(), e);
            } finally {
                done = true;
                receivers.shutdown();
                receivers.awaitTermination(POLL_MILLIS * 4L, TimeUnit.MILLISECONDS);
            }
        }
    }

    private long send(long begin, long nanos) throws InterruptedException {
        try (Batch batch = new Batch()) {
            long packet = 0;
            long elapsed = 0;
            while (elapsed < nanos) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long due = load.due(elapsed);
                if (packet < due) {
                    packet += sendGroup(batch, packet, due);
                } else {
                    pause(load.dueNanos(packet) - elapsed);
                }
                elapsed = System.nanoTime() - begin;
            }
            return packet;
        }
    }

    private static void pause(long nanos) {
        LockSupport.parkNanos(Math.max(nanos, SLEEP_NANOS));
    }

    /** Sends the next packets of one socket; returns their number. */
    private int sendGroup(Batch batch, long first, long due) {
        int client = load.client(first);
        int count = 0;
        long now = System.nanoTime();
        long packet = first;
        while (packet < due && count < Batch.CAPACITY && load.client(packet) == client) {
            long at = batch.buffer(count);
            Memory.putInt(at + FLOW, load.flow(packet));
            Memory.putInt(at + SEQUENCE, (int) packet);
            Memory.putLong(at + TIME, now);
            batch.setLength(count, load.size(packet));
            batch.setDestination(count, servers.endpoint(load.server(packet)));
            count++;
            packet++;
        }
        batch.send(clients.file(client), count);
        return count;
    }

    private void serveUntilDone() {
        try (Batch batch = new Batch()) {
            while (!done) {
                servers.await(POLL_MILLIS);
                for (int i = 0; i < servers.count(); i++) {
                    if (servers.isReady(i)) {
                        serve(batch, servers.file(i));
                    }
                }
            }
        }
    }

    private void serve(Batch batch, int file) {
        int count = batch.receive(file);
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long at = batch.buffer(i);
            int flow = Memory.getInt(at + FLOW);
            if (batch.received(i) >= Load.LEAST_PAYLOAD && flow >= 0 && flow < load.flows()) {
                arrived++;
                there.add(flow, Memory.getLong(at + TIME), now);
            }
            if (load.answer() >= ANSWER_TIME + Long.BYTES) {
                Memory.putLong(at + ANSWER_TIME, System.nanoTime());
            }
            batch.setLength(i, load.answer());
        }
        if (load.answer() > 0) {
            batch.send(file, count);
        }
    }

    private void collectUntilDone() {
        try (Batch batch = new Batch()) {
            while (!done) {
                clients.await(POLL_MILLIS);
                for (int i = 0; i < clients.count(); i++) {
                    if (clients.isReady(i)) {
                        collect(batch, clients.file(i));
                    }
                }
            }
        }
    }

    private void collect(Batch batch, int file) {
        int count = batch.receive(file);
        long now = System.nanoTime();
        boolean timed = load.answer() >= ANSWER_TIME + Long.BYTES;
        for (int i = 0; i < count; i++) {
            long at = batch.buffer(i);
            int flow = Memory.getInt(at + FLOW);
            if (batch.received(i) != load.answer() || flow < 0 || flow >= load.flows()) {
                continue;
            }
            long sent = Memory.getLong(at + TIME);
            if (answered < roundTrips.length) {
                roundTrips[answered] = (now - sent) / 1e3;
            }
            answered++;
            back.add(flow, timed ? Memory.getLong(at + ANSWER_TIME) : sent, now);
        }
    }
}
