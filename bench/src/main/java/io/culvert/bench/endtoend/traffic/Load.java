// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import java.util.Arrays;

/**
 * What a generator offers.
 *
 * @param sizes payloads of consecutive packets in bytes, repeated from the start
 * @param answer payload of the answer to each packet in bytes; 0 for no answers
 * @param rate packets per second
 * @param clients sockets of the sender
 * @param servers sockets of the receiver; each pair of sockets is a flow
 */
public record Load(int[] sizes, int answer, double rate, int clients, int servers) {
    /** Flow, sequence number and time. */
    public static final int LEAST_PAYLOAD = 16;

    private static final int LEAST_GROUP = 8;

    /** Rejects sizes that have no room for the generator's own data or exceed its buffers, and a rate of 0. */
    public Load {
        sizes = sizes.clone();
        boolean fit = Arrays.stream(sizes).allMatch(size -> size >= LEAST_PAYLOAD && size <= Batch.ROOM);
        if (!fit || sizes.length == 0 || answer != 0 && (answer < LEAST_PAYLOAD || answer > Batch.ROOM)) {
            throw new IllegalArgumentException("expected payloads of " + LEAST_PAYLOAD + " to " + Batch.ROOM
                    + " bytes, got " + Arrays.toString(sizes) + ", answered by " + answer);
        }
        if (!(rate > 0) || clients < 1 || servers < 1) {
            throw new IllegalArgumentException(
                    "expected a rate and sockets, got " + rate + ", " + clients + ", " + servers);
        }
    }

    /** The number of flows. */
    public int flows() {
        return clients * servers;
    }

    /** The mean payload in bytes. */
    public double meanPayload() {
        return Arrays.stream(sizes).average().orElseThrow();
    }

    /** Consecutive packets that leave by one socket, so that one call sends several. */
    private int group() {
        return Math.max(servers, LEAST_GROUP);
    }

    int client(long packet) {
        return (int) (packet / group() % clients);
    }

    int server(long packet) {
        return (int) (packet % servers);
    }

    int flow(long packet) {
        return client(packet) * servers + server(packet);
    }

    int size(long packet) {
        return sizes[(int) (packet % sizes.length)];
    }

    /** The packets that have been due {@code nanos} after the start. */
    long due(long nanos) {
        return (long) (nanos * rate / 1e9) + 1;
    }

    /** The time after the start at which a packet is due, in nanoseconds. */
    long dueNanos(long packet) {
        return (long) Math.ceil(packet * 1e9 / rate);
    }
}
