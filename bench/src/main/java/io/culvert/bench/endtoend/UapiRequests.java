// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Requests to an interface's UAPI socket, each on a connection of its own. Any thread, one at a time. */
final class UapiRequests {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final int TAIL_BYTES = 64;
    private static final String GET = "get=1\n\n";

    private final UnixDomainSocketAddress address;

    /** Requests to the interface of a name. */
    UapiRequests(String device) {
        address = UnixDomainSocketAddress.of(SOCKETS.resolve(device + ".sock"));
    }

    /**
     * Configures.
     *
     * @throws IOException if it is refused; the message has the answer
     */
    void set(String request) throws IOException {
        exchange(request, piece -> {});
    }

    /** Reads the state of all peers, and throws it away: without garbage, whose collections would delay others. */
    void get() throws IOException {
        exchange(GET, piece -> {});
    }

    /** Reads the state of an interface with few peers. */
    String state() throws IOException {
        StringBuilder state = new StringBuilder();
        exchange(GET, piece -> state.append(StandardCharsets.US_ASCII.decode(piece)));
        return state.toString();
    }

    private void exchange(String request, Consumer<ByteBuffer> reader) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            // The last bytes stay in front of those that come next.
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            int kept = 0;
            while (!isComplete(answer) && channel.read(answer) > 0) {
                answer.flip().position(kept);
                reader.accept(answer.slice());
                kept = Math.min(TAIL_BYTES, answer.limit());
                answer.position(answer.limit() - kept).compact();
            }
            String tail = StandardCharsets.US_ASCII.decode(answer.flip()).toString();
            if (!tail.endsWith("errno=0\n\n")) {
                throw new IOException("a UAPI request was refused: " + tail.strip());
            }
        }
    }

    private static boolean isComplete(ByteBuffer answer) {
        int end = answer.position();
        return end >= 2 && answer.get(end - 1) == '\n' && answer.get(end - 2) == '\n';
    }
}
