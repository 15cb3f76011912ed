// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Configures WireGuard interfaces by {@code wg} and {@code ip}. */
public final class WireGuard {
    /** The UDP port of both ends. */
    public static final int PORT = 51820;

    private static final int KEY_BYTES = 32;
    /** The network of a hub's peers, without the last byte. */
    private static final String SPOKES = "10.21.0.";

    private static final AtomicInteger TUNNELS = new AtomicInteger();

    private WireGuard() {}

    /** A unique name for an interface: UAPI sockets of all namespaces share one directory. */
    static String deviceName(int side) {
        return "cb" + ProcessHandle.current().pid() + "x" + TUNNELS.getAndIncrement() % 100 + (side == 0 ? "a" : "b");
    }

    /**
     * One end.
     *
     * @param device its interface
     * @param publicKey in base64
     */
    public record End(String device, String publicKey) {}

    /**
     * Configures keys, addresses and peers of both ends: the other end, and as many idle peers as the condition has.
     */
    static List<End> configure(Testbed testbed, List<String> devices, Condition condition)
            throws IOException, InterruptedException {
        String[] privateKeys = {
            Shell.run("wg", "genkey").strip(), Shell.run("wg", "genkey").strip()
        };
        List<End> ends = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            String publicKey =
                    Shell.run(privateKeys[side], List.of("wg", "pubkey")).strip();
            ends.add(new End(devices.get(side), publicKey));
        }
        String presharedKey = Shell.run("wg", "genpsk").strip();
        for (int side = 0; side < 2; side++) {
            int other = 1 - side;
            String address = Testbed.outside(other, condition.ipv6());
            StringBuilder text =
                    new StringBuilder("[Interface]\nPrivateKey=%s\nListenPort=%d\n".formatted(privateKeys[side], PORT));
            text.append("[Peer]\nPublicKey=%s\nPresharedKey=%s\nAllowedIPs=%s\nEndpoint=%s:%d\n"
                    .formatted(
                            ends.get(other).publicKey(),
                            presharedKey,
                            allowedIps(other),
                            condition.ipv6() ? "[" + address + "]" : address,
                            PORT));
            appendIdlePeers(text, condition.peers() - 1);
            testbed.namespace(side)
                    .command("wg", "setconf", devices.get(side), "/dev/stdin")
                    .input(text.toString())
                    .run()
                    .requireSuccess();
            bringUp(testbed, side, devices.get(side), condition.innerMtu());
        }
        return ends;
    }

    /** Private keys for a hub's peers. */
    static List<byte[]> spokeKeys(int count) {
        List<byte[]> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(privateKey());
        }
        return keys;
    }

    /** The address in the tunnel of a hub's peer. */
    public static String spokeAddress(int spoke) {
        return SPOKES + (spoke + 1);
    }

    private static byte[] privateKey() {
        try (Secret key = Secret.privateKey(new SystemRandom())) {
            return key.toBytes();
        }
    }

    private static byte[] publicKey(byte[] privateKey) {
        try (Secret key = new Secret(privateKey)) {
            StaticIdentity identity = new StaticIdentity(key);
            identity.release();
            return identity.publicKey().toBytes();
        }
    }

    /** Configures side 0 as a hub of peers with these private keys, and of as many idle ones as the condition has. */
    static End configureHub(Testbed testbed, String device, List<byte[]> keys, Condition condition)
            throws IOException, InterruptedException {
        String privateKey = Shell.run("wg", "genkey").strip();
        String publicKey = Shell.run(privateKey, List.of("wg", "pubkey")).strip();
        StringBuilder text =
                new StringBuilder("[Interface]\nPrivateKey=%s\nListenPort=%d\n".formatted(privateKey, PORT));
        for (int i = 0; i < keys.size(); i++) {
            String key = Base64.getEncoder().encodeToString(publicKey(keys.get(i)));
            text.append("[Peer]\nPublicKey=%s\nAllowedIPs=%s/32\n".formatted(key, spokeAddress(i)));
        }
        appendIdlePeers(text, Math.max(0, condition.peers() - keys.size()));
        NetworkNamespace namespace = testbed.namespace(0);
        namespace
                .command("wg", "setconf", device, "/dev/stdin")
                .input(text.toString())
                .run()
                .requireSuccess();
        bringUp(testbed, 0, device, condition.innerMtu());
        namespace.ip("route", "add", SPOKES + "0/24", "dev", device);
        return new End(device, publicKey);
    }

    /** The end's own addresses, and the networks of the host behind it. */
    private static String allowedIps(int side) {
        return String.join(
                ",",
                Hosts.inside(side, false) + "/32",
                Hosts.inside(side, true) + "/128",
                Hosts.network(side, false),
                Hosts.network(side, true));
    }

    /** Sets the address and MTU of an interface, and brings it up. */
    public static void bringUp(Testbed testbed, int side, String device, int mtu)
            throws IOException, InterruptedException {
        NetworkNamespace namespace = testbed.namespace(side);
        namespace.ip("addr", "add", Testbed.inside(side) + "/24", "dev", device);
        namespace.ip("link", "set", device, "mtu", "" + mtu, "up");
    }

    /** Appends peers that never send: any 32 bytes are a public key. */
    private static void appendIdlePeers(StringBuilder text, int count) {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[KEY_BYTES];
        for (int i = 0; i < count; i++) {
            random.nextBytes(key);
            text.append("[Peer]\nPublicKey=%s\nAllowedIPs=10.%d.%d.%d/32\n"
                    .formatted(Base64.getEncoder().encodeToString(key), 64 + (i >> 16), i >> 8 & 255, i & 255));
        }
    }
}
