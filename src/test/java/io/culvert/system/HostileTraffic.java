// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.Random;

/**
 * Sends datagrams that are no valid WireGuard messages, and counts the answers. A program that is run in a namespace:
 * {@code java HostileTraffic.java ADDRESS PORT SEED COUNT}
 */
public final class HostileTraffic {
    private static final int MAX_UDP = 65_507;
    private static final int[] LENGTHS = {
        0, 1, 3, 4, 15, 16, 31, 32, 63, 64, 65, 91, 92, 93, 147, 148, 149, 1_452, 9_000, MAX_UDP
    };
    private static final long QUIET_MILLIS = 1_000;

    private final DatagramChannel channel;
    private int answers;
    private int refusals;

    private HostileTraffic(DatagramChannel channel) {
        this.channel = channel;
    }

    /** Prints the number of answers, and of ICMP errors that report a closed port. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Random random = new Random(Long.parseLong(arguments[2]));
        int count = Integer.parseInt(arguments[3]);
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])));
            channel.configureBlocking(false);
            HostileTraffic traffic = new HostileTraffic(channel);
            for (int i = 0; i < count; i++) {
                traffic.send(datagram(random));
            }
            long end = System.nanoTime() + QUIET_MILLIS * 1_000_000;
            while (System.nanoTime() < end) {
                traffic.receive();
                Thread.sleep(10);
            }
            System.out.println("answers " + traffic.answers + " refusals " + traffic.refusals);
        }
    }

    /** Random bytes, often of a length at a limit. Most have a message type, some of these with reserved bits set. */
    private static ByteBuffer datagram(Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(2_000) : LENGTHS[random.nextInt(LENGTHS.length)];
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        ByteBuffer datagram = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (length >= 4 && random.nextInt(5) > 0) {
            int reserved = random.nextInt(4) == 0 ? random.nextInt() << 8 : 0;
            datagram.putInt(0, random.nextInt(6) | reserved);
        }
        if (length >= 8 && random.nextInt(2) == 0) {
            datagram.putInt(4, random.nextInt(256));
        }
        return datagram;
    }

    private void send(ByteBuffer datagram) throws IOException {
        try {
            channel.write(datagram);
        } catch (PortUnreachableException e) {
            refusals++;
        }
        receive();
    }

    private void receive() throws IOException {
        try {
            while (channel.read(ByteBuffer.allocate(MAX_UDP)) > 0) {
                answers++;
            }
        } catch (PortUnreachableException e) {
            refusals++;
        }
    }
}
