// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A tunnel between two processes with UAPI sockets. */
final class UapiTunnel extends ProcessTunnel {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");

    private final List<String> devices = new ArrayList<>();
    private List<WireGuard.End> ends = List.of();
    private List<byte[]> spokeKeys = List.of();
    private OptionalDouble ready = OptionalDouble.empty();
    private List<String> firstCommand = List.of();

    UapiTunnel(Testbed testbed, Condition condition) {
        super(testbed, condition);
    }

    /** Starts the process of a side, waits until it can be configured, and returns the name of its interface. */
    String start(int side, Program program) throws IOException, InterruptedException {
        String device = WireGuard.deviceName(side);
        devices.add(device);
        List<String> command = program.command(device);
        double seconds = await(start(command), device);
        if (side == 0) {
            ready = OptionalDouble.of(seconds);
            firstCommand = command;
        }
        return device;
    }

    /** Waits until a program can be configured, and returns the seconds from its start. */
    private static double await(Daemon daemon, String device) throws IOException, InterruptedException {
        Path socket = socket(device);
        return daemon.await(() -> answers(socket) && daemon.sees(device));
    }

    @Override
    public long restart() throws IOException, InterruptedException {
        Daemon daemon = startAgain(firstCommand);
        await(daemon, devices.getFirst());
        return daemon.began();
    }

    private static Path socket(String device) {
        return SOCKETS.resolve(device + ".sock");
    }

    /** Whether the UAPI socket answers a request. */
    private static boolean answers(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("get=1\n\n".getBytes(StandardCharsets.US_ASCII)));
            return channel.read(ByteBuffer.allocate(1)) == 1;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    @Override
    public List<WireGuard.End> wireGuardEnds() {
        return ends;
    }

    void setWireGuardEnds(List<WireGuard.End> ends) {
        this.ends = ends;
    }

    @Override
    public List<byte[]> spokeKeys() {
        return spokeKeys;
    }

    void setSpokeKeys(List<byte[]> keys) {
        spokeKeys = keys;
    }

    @Override
    public OptionalDouble readySeconds() {
        return ready;
    }

    @Override
    public void close() {
        super.close();
        for (String device : devices) {
            try {
                Files.deleteIfExists(socket(device));
            } catch (IOException e) {
                System.err.println("culvert bench: " + e.getMessage());
            }
        }
    }
}
