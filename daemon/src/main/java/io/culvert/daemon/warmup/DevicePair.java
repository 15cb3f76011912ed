// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.Offload;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Two devices that are peers of each other, each with its interface in a network namespace of its own. The UDP sockets
 * of both are in the near namespace and communicate over its loopback interface.
 *
 * <pre>
 *   near namespace                                far namespace
 *   sockets - warmup0 - device ~ lo ~ device - - - warmup1 - sockets
 * </pre>
 */
final class DevicePair implements AutoCloseable {
    /** Addresses inside the tunnel. They are in private namespaces, so they cannot collide with others. */
    static final Inet4Address NEAR = address(1);

    static final Inet4Address FAR = address(2);

    private static final String[] NAMES = {"warmup0", "warmup1"};
    private static final Inet4Address[] ADDRESSES = {NEAR, FAR};
    private static final int FIRST_PORT = 51_820;
    private static final int PREFIX_BITS = 32;

    private final AnonymousNamespace[] namespaces = new AnonymousNamespace[2];
    private final Device[] devices = new Device[2];

    /**
     * Creates and configures the devices, and brings their interfaces up.
     *
     * @param aeads creates the AEADs of both devices
     * @param workers the number of workers of each device
     * @param backend the system calls used for I/O
     * @param offloads which offloads are switched off or on
     * @throws IOException if the system refuses; everything is closed then
     */
    DevicePair(Aeads aeads, int workers, LinuxPlatform.Backend backend, Map<Offload, Boolean> offloads)
            throws IOException {
        try {
            for (int i = 0; i < 2; i++) {
                namespaces[i] = new AnonymousNamespace(NAMES[i]);
                LinuxPlatform.Options options =
                        new LinuxPlatform.Options(NAMES[i], -1, workers, List.of(), backend, offloads);
                devices[i] = namespaces[i].call(
                        () -> Device.start(new LinuxPlatform(options), DeviceOptions.defaults(aeads)));
            }
            configurePeers();
            near().up("lo");
            for (int i = 0; i < 2; i++) {
                namespaces[i].address(NAMES[i], ADDRESSES[i], ADDRESSES[1 - i]);
                namespaces[i].up(NAMES[i]);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The namespace with address {@link #NEAR}. */
    AnonymousNamespace near() {
        return namespaces[0];
    }

    /** The namespace with address {@link #FAR}. */
    AnonymousNamespace far() {
        return namespaces[1];
    }

    private void configurePeers() throws IOException {
        try (Secret nearKey = randomKey();
                Secret farKey = randomKey()) {
            Secret[] keys = {nearKey, farKey};
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                try (DeviceUpdate update = update(keys[i], FIRST_PORT + i, peer(keys[other], other))) {
                    // The device opens its sockets here, in the namespace of the thread that configures it.
                    Device device = devices[i];
                    near().call(() -> {
                        device.apply(update);
                        return null;
                    });
                }
            }
        }
    }

    private static DeviceUpdate update(Secret key, int port, PeerUpdate peer) {
        return new DeviceUpdate(key.copy(), OptionalInt.of(port), OptionalInt.empty(), true, List.of(peer));
    }

    private static PeerUpdate peer(Secret key, int side) {
        Prefix inside = Prefix.of(ADDRESSES[side].getAddress(), PREFIX_BITS);
        return new PeerUpdate(
                publicKey(key),
                false,
                false,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), FIRST_PORT + side),
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

    @Override
    public void close() {
        for (int i = 0; i < 2; i++) {
            if (devices[i] != null) {
                devices[i].close();
            }
            if (namespaces[i] != null) {
                namespaces[i].close();
            }
        }
    }
}
