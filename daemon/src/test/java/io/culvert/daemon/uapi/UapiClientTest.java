// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UapiClientTest {
    private static final String SECRET = "0123456789abcdef".repeat(4);

    @TempDir
    private Path directory;

    /** A program that answers each connection with this text, in pieces of some bytes, and closes it. */
    private ServerSocketChannel program(String answer) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve("wg0.sock")));
        Thread.ofVirtual().start(() -> {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(64));
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    for (int at = 0; at < bytes.length; at += 1000) {
                        client.write(ByteBuffer.wrap(bytes, at, Math.min(1000, bytes.length - at)));
                    }
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    private UapiClient client() {
        return new UapiClient(directory);
    }

    @Test
    void secretsAreLeftOut() throws IOException {
        String answer = "private_key=" + SECRET + "\nlisten_port=7\npublic_key=aa\npreshared_key=" + SECRET
                + "\nrx_bytes=5\nerrno=0\n\n";
        try (ServerSocketChannel _ = program(answer)) {
            assertThat(client().configuration("wg0")).containsExactly("listen_port=7", "public_key=aa", "rx_bytes=5");
        }
    }

    @Test
    void answersLongerThanTheBufferAreReadWhole() throws IOException {
        String lines = "allowed_ip=2001:db8::/32\n".repeat(20_000);
        try (ServerSocketChannel _ = program(lines + "errno=0\n\n")) {
            assertThat(client().configuration("wg0")).hasSize(20_000).allMatch("allowed_ip=2001:db8::/32"::equals);
        }
    }

    @Test
    void otherProgramsHaveNoMetrics() throws IOException {
        try (ServerSocketChannel _ = program("")) {
            assertThat(client().metrics("wg0")).isEmpty();
            assertThatThrownBy(() -> client().configuration("wg0")).hasMessage("the program closed the connection");
        }
    }

    @Test
    void brokenAnswersAreErrors() throws IOException {
        try (ServerSocketChannel _ = program("listen_port=1\n")) {
            assertThatThrownBy(() -> client().configuration("wg0")).hasMessageContaining("in the middle");
        }
        Files.delete(directory.resolve("wg0.sock"));
        try (ServerSocketChannel _ = program("errno=5\n\n")) {
            assertThatThrownBy(() -> client().configuration("wg0")).hasMessageContaining("error number 5");
        }
        Files.delete(directory.resolve("wg0.sock"));
        try (ServerSocketChannel _ = program("x".repeat(100_000))) {
            assertThatThrownBy(() -> client().configuration("wg0")).hasMessageContaining("longer than 65536 bytes");
        }
    }

    @Test
    void silentAndMissingProgramsAreErrors() throws IOException {
        assertThatThrownBy(() -> client().configuration("wg0")).isInstanceOf(NoSuchFileException.class);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("wg0.sock")));
            assertThatThrownBy(() -> client().configuration("wg0")).hasMessage("no answer within 3 s");
        }
        assertThatThrownBy(() -> client().configuration("wg0")).hasMessageContaining("a killed one left it");
    }

    @Test
    void interfacesAreThoseWithSockets() throws IOException {
        for (String name : new String[] {"wg1.sock", "wg0.sock", ".wg2.new", ".wg3.sock", "notes"}) {
            Files.createFile(directory.resolve(name));
        }
        assertThat(client().interfaces()).containsExactly("wg0", "wg1");
        assertThat(new UapiClient(directory.resolve("missing")).interfaces()).isEmpty();
    }
}
