// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.linux.SocketPlatform;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.linux.tun.SocketTun;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

/**
 * Two devices that are peers of each other. Their UDP sockets communicate over a loopback interface: that of an unnamed
 * network namespace where one may be made, else that of the namespace of the calling thread. In place of interfaces
 * they have {@link SocketTun}s, so that all else needs no privileges, and no program of the system sees them.
 */
final class DevicePair implements AutoCloseable {
    /** Addresses inside the tunnel. */
    static final Inet4Address[] ADDRESSES = {address(1), address(2)};

    private static final Logger LOG = System.getLogger(DevicePair.class.getName());
    private static final String[] NAMES = {"warmup0", "warmup1"};
    private static final int PREFIX_BITS = 32;
    /** The workers run when nobody else wants the CPUs, so they may stand still for long. */
    private static final int NO_WATCHDOG = 0;

    private final Optional<AnonymousNamespace> namespace;

    private final Device[] devices = new Device[2];
    private final SocketPlatform[] platforms = new SocketPlatform[2];

    /**
     * Creates and configures the devices.
     *
     * @param aeads creates the AEADs of both devices
     * @param workers the number of workers of each device
     * @param source opens their platforms
     * @param namespace where their UDP sockets are; that of the calling thread if there is none
     * @throws IOException if the system refuses; everything is closed then
     */
    DevicePair(Aeads aeads, int workers, PlatformSource source, Optional<AnonymousNamespace> namespace)
            throws IOException {
        this.namespace = namespace;
        try {
            for (int i = 0; i < 2; i++) {
                SocketPlatform platform = source.open(NAMES[i], workers);
                platforms[i] = platform;
                devices[i] = call(() ->
                        Device.start(platform, DeviceOptions.defaults(aeads, MemoryBudget.ofHeap(), NO_WATCHDOG)));
            }
            configurePeers();
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** A namespace for the devices, whose loopback interface is up; empty if the system refuses one. */
    static Optional<AnonymousNamespace> namespace() {
        AnonymousNamespace made = null;
        try {
            made = new AnonymousNamespace("warmup-net");
            made.up("lo");
            return Optional.of(made);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the warm-up uses the loopback interface of the daemon: {0}", e.getMessage());
            if (made != null) {
                made.close();
            }
            return Optional.empty();
        }
    }

    private <T> T call(Callable<T> task) throws IOException {
        if (namespace.isPresent()) {
            return namespace.get().call(task);
        }
        try {
            return task.call();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Has the workers run only while no other thread wants their CPUs, from now on. */
    void runWhenIdle() {
        for (Device device : devices) {
            device.workers().callAll(worker -> SocketPlatform.runWhenIdle());
        }
    }

    /** The TUN of device 0 or 1. */
    SocketTun tun(int device) {
        return platforms[device].tun();
    }

    /** Opens the sockets at free ports first, and then names them to the peers. */
    private void configurePeers() throws IOException {
        try (Secret nearKey = randomKey();
                Secret farKey = randomKey()) {
            Secret[] keys = {nearKey, farKey};
            for (int i = 0; i < 2; i++) {
                apply(i, new DeviceUpdate(keys[i].copy(), OptionalInt.of(0), OptionalInt.empty(), true, List.of()));
            }
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                PeerUpdate peer =
                        peer(keys[other], other, devices[other].status().openPort());
                apply(i, new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(peer)));
            }
        }
    }

    private void apply(int device, DeviceUpdate update) throws IOException {
        try (update) {
            // The device opens its sockets here, in the namespace of the thread that configures it.
            call(() -> {
                devices[device].apply(update);
                return null;
            });
        }
    }

    private static PeerUpdate peer(Secret key, int side, int port) {
        Prefix inside = Prefix.of(ADDRESSES[side].getAddress(), PREFIX_BITS);
        return new PeerUpdate(
                publicKey(key),
                false,
                false,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                OptionalInt.empty(),
                true,
                List.of(new PeerUpdate.AllowedIp(inside, false)));
    }

    private static PublicKey publicKey(Secret key) {
        StaticIdentity identity = new StaticIdentity(key);
        try {
            return identity.publicKey();
        } finally {
            identity.release();
        }
    }

    private static Secret randomKey() {
        return Secret.privateKey(new SystemRandom());
    }

    private static Inet4Address address(int host) {
        try {
            return (Inet4Address) InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** The program must use the TUNs no longer. */
    @Override
    public void close() {
        for (SocketPlatform platform : platforms) {
            if (platform != null) {
                platform.tun().hangUp();
            }
        }
        for (int i = 0; i < 2; i++) {
            if (devices[i] != null) {
                devices[i].close();
            }
            if (platforms[i] != null) {
                platforms[i].tun().close();
            }
        }
    }
}
