package io.culvert.daemon.rehearsal;

import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.Offload;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Two devices that are each other's peer, each with its interface in a network of its own. The UDP sockets of both are in the
 * near network and talk over its loopback interface.
 *
 * <pre>
 *   near network                                     far network
 *   sockets - rehearsal0 - device ~ lo ~ device - - - rehearsal1 - sockets
 * </pre>
 */
final class DevicePair implements AutoCloseable {
    /** Addresses inside the tunnel. Nobody else can see them, so any will do. */
    static final Inet4Address NEAR = address(1);

    static final Inet4Address FAR = address(2);

    private static final String[] NAMES = {"rehearsal0", "rehearsal1"};
    private static final Inet4Address[] ADDRESSES = {NEAR, FAR};
    private static final int FIRST_PORT = 51_820;
    private static final int PREFIX_BITS = 32;

    private final PrivateNetwork[] networks = new PrivateNetwork[2];
    private final Device[] devices = new Device[2];

    /**
     * Makes the devices and sets their interfaces up.
     *
     * @param aeads makes the AEADs of both
     * @param workers of each
     * @param backend how both do I/O
     * @param offloads which both do without
     * @throws IOException when the system refuses; nothing is left then
     */
    DevicePair(Aeads aeads, int workers, LinuxPlatform.Backend backend, Map<Offload, Boolean> offloads)
            throws IOException {
        try {
            for (int i = 0; i < 2; i++) {
                networks[i] = new PrivateNetwork(NAMES[i]);
                LinuxPlatform.Options options =
                        new LinuxPlatform.Options(NAMES[i], -1, workers, List.of(), backend, offloads);
                devices[i] =
                        networks[i].call(() -> Device.start(new LinuxPlatform(options), DeviceOptions.defaults(aeads)));
            }
            introduce();
            near().up("lo");
            for (int i = 0; i < 2; i++) {
                networks[i].address(NAMES[i], ADDRESSES[i], ADDRESSES[1 - i]);
                networks[i].up(NAMES[i]);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Where {@link #NEAR} is. */
    PrivateNetwork near() {
        return networks[0];
    }

    /** Where {@link #FAR} is. */
    PrivateNetwork far() {
        return networks[1];
    }

    private void introduce() throws IOException {
        try (Secret nearKey = randomKey();
                Secret farKey = randomKey()) {
            Secret[] keys = {nearKey, farKey};
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                try (DeviceUpdate update = update(keys[i], FIRST_PORT + i, peer(keys[other], other))) {
                    // A device opens its port when it is configured, in the network of whoever configures it.
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
        byte[] bytes = new byte[Secret.BYTES];
        new SecureRandom().nextBytes(bytes);
        Secret key = new Secret(bytes);
        Arrays.fill(bytes, (byte) 0);
        return key;
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
            if (networks[i] != null) {
                networks[i].close();
            }
        }
    }
}
