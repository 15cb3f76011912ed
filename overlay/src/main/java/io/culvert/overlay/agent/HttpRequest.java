// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One request over HTTP on a Unix socket, which the JDK's client cannot connect to. */
final class HttpRequest {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_ANSWER = 256 * 1024 * 1024;
    private static final String OK = "HTTP/1.1 200\r\n";

    private HttpRequest() {}

    /**
     * The content at a path.
     *
     * @throws IOException if no process listens on the socket, or it answers something else
     */
    static String get(Path socket, String path) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer request = StandardCharsets.US_ASCII.encode("GET " + path + " HTTP/1.1\r\n\r\n");
            while (request.hasRemaining()) {
                channel.write(request);
            }
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            while (channel.read(buffer) >= 0 && answer.size() < MAX_ANSWER) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        }
        String text = answer.toString(StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (!text.startsWith(OK) || end < 0) {
            throw new IOException(
                    socket + " answered: " + text.lines().findFirst().orElse("nothing; see the agent's log"));
        }
        return text.substring(end + 4);
    }
}
