// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import io.culvert.engine.Peer;
import io.culvert.engine.PrivateKey;
import io.culvert.engine.PublicKey;
import io.culvert.engine.Tunnel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Fetches a page over HTTP through a WireGuard server, without an interface and without privileges: packets come from a
 * TCP connection in user space, and leave encrypted through a UDP socket.
 */
public final class HttpOverTunnel {
    private static final int ARGUMENTS = 5;
    private static final int HTTP = 80;

    private HttpOverTunnel() {}

    /**
     * Runs the example.
     *
     * @param arguments the file of the private key, the server's public key, its {@code ADDRESS:PORT}, the own address
     *     in the tunnel, and a URL whose host is an IPv4 address
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != ARGUMENTS) {
            System.err.println("usage: HttpOverTunnel KEYFILE SERVER-KEY ADDRESS:PORT OWN-ADDRESS URL");
            System.exit(2);
        }
        URI page = URI.create(arguments[4]);
        PacketPipe pipe = new PacketPipe();
        Peer server = Peer.builder(PublicKey.fromBase64(arguments[1]))
                .endpoint(endpoint(arguments[2]))
                .allowedIps(page.getHost())
                .build();
        try (PrivateKey key = PrivateKey.read(Path.of(arguments[0]));
                Tunnel tunnel = Tunnel.builder()
                        .privateKey(key)
                        .packets(pipe)
                        .peer(server)
                        .start()) {
            int port = page.getPort() < 0 ? HTTP : page.getPort();
            TcpClient connection = new TcpClient(pipe, arguments[3], page.getHost(), port);
            byte[] response = connection.exchange(request(page));
            System.out.write(response);
            System.out.flush();
            System.err.println(response.length + " bytes came in "
                    + tunnel.statistics().receivedPackets() + " packets, encrypted by "
                    + tunnel.statistics().cipher());
        }
    }

    private static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    private static byte[] request(URI page) {
        String path = page.getRawPath().isEmpty() ? "/" : page.getRawPath();
        return ("GET " + path + " HTTP/1.0\r\nHost: " + page.getHost() + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
