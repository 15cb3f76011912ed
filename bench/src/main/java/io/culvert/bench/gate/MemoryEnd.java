// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.bench.jmh.suite.SeededRandom;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** One end of a tunnel in memory: a device with one worker, whose caller runs each duty cycle. One thread. */
final class MemoryEnd implements AutoCloseable {
    private static final int MTU = 1420;
    private static final int PORT = 51_820;
    private static final int INSIDE = 0x0a12_0000;
    private static final int OUTSIDE = 0xc612_0000;

    private static final Aeads AEADS = new Aeads(AeadChoice.AUTO);

    private final int number;
    private final MemoryIo io;
    private final Device device;
    private final PublicKey publicKey;

    /** End 1 or 2 of a pair. */
    MemoryEnd(int number) throws IOException {
        this.number = number;
        io = new MemoryIo(outside(3 - number));
        device = Device.start(new World(), new DeviceOptions(1, AEADS::create, false));
        byte[] key = new byte[Secret.BYTES];
        new SplittableRandom(number).nextBytes(key);
        try (DeviceUpdate update =
                new DeviceUpdate(new Secret(key), OptionalInt.of(PORT), OptionalInt.empty(), false, List.of())) {
            StaticIdentity identity = new StaticIdentity(update.privateKey());
            publicKey = identity.publicKey();
            identity.release();
            device.apply(update);
        }
    }

    /** The address of an end inside the tunnel. */
    static int inside(int number) {
        return INSIDE + number;
    }

    private static int outside(int number) {
        return OUTSIDE + number;
    }

    /** Makes the other end the peer. */
    void connect(MemoryEnd other) throws IOException {
        io.connect(other.io);
        byte[] address = new byte[Integer.BYTES];
        java.nio.ByteBuffer.wrap(address).putInt(outside(other.number));
        Prefix prefix = new Prefix(false, 0, Integer.toUnsignedLong(inside(other.number)), 32);
        device.apply(new DeviceUpdate(
                null,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                List.of(new PeerUpdate(
                        other.publicKey,
                        false,
                        false,
                        null,
                        new InetSocketAddress(InetAddress.getByAddress(address), PORT),
                        OptionalInt.empty(),
                        false,
                        List.of(new PeerUpdate.AllowedIp(prefix, false))))));
    }

    /** Its I/O. */
    MemoryIo io() {
        return io;
    }

    /** One duty cycle of the worker. */
    int work() {
        return device.workers().get(0).doWork();
    }

    /** Processes the queued handshakes. */
    int handshakes() {
        return device.handshakes().doWork();
    }

    @Override
    public void close() {
        device.close();
    }

    private final class World implements Platform {
        private final RandomSource source = new SeededRandom(31L * number);

        @Override
        public Clock clock() {
            return new RunningClock();
        }

        @Override
        public RandomSource random() {
            return source;
        }

        @Override
        public Tun tun() {
            return new AlwaysUp();
        }

        @Override
        public Bind bind() {
            return (port, workers, mark) -> new OpenPort(port);
        }

        @Override
        public WorkerIo workerIo(int worker) {
            return io;
        }
    }

    private static final class RunningClock implements Clock {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long wallSeconds() {
            return System.currentTimeMillis() / 1000;
        }

        @Override
        public int wallNanos() {
            return (int) (System.currentTimeMillis() % 1000) * 1_000_000;
        }
    }

    private static final class AlwaysUp implements Tun {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public int mtu() {
            return MTU;
        }

        @Override
        public int queues() {
            return 1;
        }

        @Override
        public void listen(Listener listener) {
            listener.onMtu(MTU);
            listener.onLink(true);
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    private record OpenPort(int port) implements UdpPort {
        @Override
        public void mark(int mark) {
            // Packets in memory are not routed.
        }

        @Override
        public long receiveLosses(int worker) {
            return 0;
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }
}
