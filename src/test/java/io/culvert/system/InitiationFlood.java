// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sends the handshake initiations of a file, again and again, until it is killed, some 20,000 a second. A program that
 * is run in a namespace: {@code java InitiationFlood.java FILE ADDRESS PORT}
 */
public final class InitiationFlood {
    private static final int BYTES = 148;
    private static final int BURST = 200;
    private static final int PAUSE_MILLIS = 10;

    private InitiationFlood() {}

    /** Runs without end. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        byte[] messages = Files.readAllBytes(Path.of(arguments[0]));
        try (DatagramChannel channel = DatagramChannel.open()) {
            InetSocketAddress to = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
            for (int next = 0; ; ) {
                for (int i = 0; i < BURST; i++) {
                    channel.send(ByteBuffer.wrap(messages, next, BYTES), to);
                    next = (next + BYTES) % messages.length;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }
}
