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

    /** Reads the state of all peers, and throws it away. */
    void get() throws IOException {
        exchange(GET, piece -> {});
    }

    /** Reads the state of an interface with few peers. */
    String state() throws IOException {
        StringBuilder state = new StringBuilder();
        exchange(GET, state::append);
        return state.toString();
    }

    private void exchange(String request, Consumer<String> reader) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            String tail = "";
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (!tail.endsWith("\n\n") && channel.read(answer.clear()) > 0) {
                String read = StandardCharsets.US_ASCII.decode(answer.flip()).toString();
                reader.accept(read);
                tail += read.substring(Math.max(0, read.length() - TAIL_BYTES));
                tail = tail.substring(Math.max(0, tail.length() - TAIL_BYTES));
            }
            if (!tail.endsWith("errno=0\n\n")) {
                throw new IOException("a UAPI request was refused: " + tail.strip());
            }
        }
    }
}
