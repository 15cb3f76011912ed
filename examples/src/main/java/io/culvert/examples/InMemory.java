// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import io.culvert.engine.Peer;
import io.culvert.engine.PrivateKey;
import io.culvert.engine.PublicKey;
import io.culvert.engine.Tunnel;
import io.culvert.engine.TunnelListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Two ends of a tunnel in one program, without an interface and without sockets: what one end sends, the other echoes.
 */
public final class InMemory {
    private static final int MESSAGES = 1000;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int HEADER_BYTES = Ipv4.HEADER_BYTES;
    /** A protocol number for experiments (RFC 3692). */
    private static final int PROTOCOL = 253;

    private InMemory() {}

    /** Runs the example; it takes no arguments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        MemoryLink link = MemoryLink.create();
        PacketPipe near = new PacketPipe();
        PacketPipe far = new PacketPipe();
        try (PrivateKey nearKey = PrivateKey.generate();
                PrivateKey farKey = PrivateKey.generate();
                Tunnel nearTunnel = Tunnel.builder()
                        .privateKey(nearKey)
                        .packets(near)
                        .datagrams(link)
                        .peer(Peer.builder(farKey.publicKey())
                                .endpoint(link.other().address())
                                .allowedIps("10.0.0.2/32")
                                .build())
                        .listener(new TunnelListener() {
                            @Override
                            public void handshakeCompleted(PublicKey peer) {
                                System.out.println("handshake with " + peer);
                            }
                        })
                        .start();
                Tunnel farTunnel = Tunnel.builder()
                        .privateKey(farKey)
                        .packets(far)
                        .datagrams(link.other())
                        .peer(Peer.builder(nearKey.publicKey())
                                .allowedIps("10.0.0.1/32")
                                .build())
                        .start()) {
            Thread.ofVirtual().start(() -> echo(far));
            for (int i = 0; i < MESSAGES; i++) {
                String answer = ask(near, "message " + i);
                if (!answer.equals("message " + i)) {
                    throw new IOException("message " + i + " came back as \"" + answer + "\"");
                }
            }
            System.out.println(MESSAGES + " messages echoed, "
                    + nearTunnel.statistics().sentBytes() + " bytes sent and "
                    + farTunnel.statistics().sentBytes() + " received, encrypted by "
                    + nearTunnel.statistics().cipher());
        }
    }

    private static String ask(PacketPipe pipe, String message) throws IOException, InterruptedException {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        pipe.send(Ipv4.packet("10.0.0.1", "10.0.0.2", PROTOCOL, text));
        ByteBuffer answer = pipe.receive(TIMEOUT_MILLIS);
        if (answer == null) {
            throw new IOException("no answer within " + TIMEOUT_MILLIS + " ms");
        }
        return StandardCharsets.UTF_8.decode(answer.position(HEADER_BYTES)).toString();
    }

    private static void echo(PacketPipe pipe) {
        try {
            while (true) {
                ByteBuffer question = pipe.receive(TIMEOUT_MILLIS);
                if (question == null) {
                    return;
                }
                byte[] text = new byte[question.remaining() - HEADER_BYTES];
                question.get(HEADER_BYTES, text);
                pipe.send(Ipv4.packet("10.0.0.2", "10.0.0.1", PROTOCOL, text));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
