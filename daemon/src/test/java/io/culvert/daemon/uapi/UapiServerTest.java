// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UapiServerTest {
    private static final UapiTarget EMPTY = new UapiTarget() {
        @Override
        public DeviceSnapshot snapshot() {
            DeviceStatus status = new DeviceStatus(true, 1234, 1234, 0, Optional.empty(), List.of());
            return new DeviceSnapshot(null, 1234, 0, List.of(), status);
        }

        @Override
        public String status() {
            return "culvert_peers 0.0\n";
        }

        @Override
        public MemoryBudget memory() {
            return new MemoryBudget(1 << 30);
        }

        @Override
        public void apply(DeviceUpdate update) {
            // Accepts every update.
        }
    };

    @TempDir
    private Path temporary;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private Path directory() {
        return temporary.resolve("run");
    }

    private Path file() {
        return directory().resolve("wg0.sock");
    }

    private UapiSocket create() throws IOException {
        UapiSocket socket = UapiSocket.create(directory(), "wg0");
        open.add(socket);
        return socket;
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file()));
        open.add(channel);
        return channel;
    }

    private static String exchange(SocketChannel channel, String request) throws IOException {
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        String text = "";
        while (!text.endsWith("\n\n") && channel.read(answer) >= 0) {
            text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
        return text;
    }

    @Test
    void slowClientsDoNotDelayOthers() throws Exception {
        new UapiServer(create(), EMPTY).start();
        SocketChannel idle = connect();
        SocketChannel slow = connect();
        slow.write(ByteBuffer.wrap("get=1".getBytes(StandardCharsets.US_ASCII)));
        connect().close();
        assertThat(exchange(connect(), "get=1\n\n")).isEqualTo("listen_port=1234\nerrno=0\n\n");
        assertThat(exchange(slow, "\n\n")).isEqualTo("listen_port=1234\nerrno=0\n\n");
        assertThat(exchange(idle, "set=1\n\n")).isEqualTo("errno=0\n\n");
    }

    @Test
    void silentClientsLockNobodyOut() throws Exception {
        new UapiServer(create(), EMPTY).start();
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 2 * UapiServer.CONNECTIONS; i++) {
            silent.add(connect());
            if (i < 2) {
                assertThat(exchange(silent.get(i), "get=1\n\n")).endsWith("errno=0\n\n");
            }
        }
        assertThat(exchange(connect(), "get=1\n\n")).endsWith("errno=0\n\n");
        assertThat(silent.getFirst().read(ByteBuffer.allocate(1))).as("closed").isNegative();
    }

    @Test
    void socketIsAccessibleToItsOwnerOnly() throws Exception {
        create();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void staleSocketIsReplaced() throws Exception {
        Files.createDirectory(directory());
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(file()));
        }
        assertThat(file()).exists();
        new UapiServer(create(), EMPTY).start();
        assertThat(exchange(connect(), "get=1\n\n")).endsWith("errno=0\n\n");
    }

    @Test
    void socketInUseAndOtherFilesAreNotReplaced() throws Exception {
        create();
        assertThatThrownBy(this::create)
                .isInstanceOf(IOException.class)
                .hasMessage("cannot create UAPI socket " + file() + ": in use by another process");
        Files.createFile(directory().resolve("wg1.sock"));
        assertThatThrownBy(() -> UapiSocket.create(directory(), "wg1"))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot create UAPI socket " + directory().resolve("wg1.sock")
                        + ": the file exists and is not a socket; remove it");
        assertThat(directory().resolve("wg1.sock")).exists();
    }

    @Test
    void directoryThatCannotBeCreatedIsAClearError() throws Exception {
        Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> UapiSocket.create(temporary.resolve("file/run"), "wg0"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot create UAPI socket " + temporary.resolve("file/run/wg0.sock") + ": ");
    }

    @Test
    void closeRemovesTheFileUnlessItWasReplaced() throws Exception {
        create().close();
        assertThat(file()).doesNotExist();
        UapiSocket first = create();
        Files.delete(file());
        create();
        first.close();
        assertThat(file()).exists();
    }

    @Test
    void awaitRemovalReturnsWhenTheFileIsRemoved() throws Exception {
        UapiSocket socket = create();
        CompletableFuture<Void> removed = CompletableFuture.runAsync(() -> {
            try {
                socket.awaitRemoval();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Files.createFile(directory().resolve("other"));
        Files.delete(directory().resolve("other"));
        Files.delete(file());
        removed.get(30, TimeUnit.SECONDS);
    }
}
