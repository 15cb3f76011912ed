// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Takes UAPI requests and gives the answers that the test says. */
final class UapiServerFake implements AutoCloseable {
    final List<List<String>> requests = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel channel;
    private final Function<List<String>, String> answer;

    /** An empty answer: the connection ends. */
    UapiServerFake(Path socket, Function<List<String>, String> answer) throws IOException {
        this.answer = answer;
        channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().start(this::serve);
    }

    private void serve() {
        while (channel.isOpen()) {
            try (SocketChannel connection = channel.accept();
                    BufferedReader in = new BufferedReader(Channels.newReader(connection, StandardCharsets.US_ASCII))) {
                List<String> request = new ArrayList<>();
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    request.add(line);
                }
                requests.add(request);
                ByteBuffer bytes = ByteBuffer.wrap(answer.apply(request).getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    connection.write(bytes);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // The client has gone; the test sees what it got.
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
