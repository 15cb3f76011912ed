// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon's memory holds no secret that has ended: neither keys that were removed, nor those of past sessions. */
@OnHost
class SecretsInMemoryTest extends InNamespace {
    private static final int PORT = 34_343;
    private static final String OUTSIDE = "192.168.99.1";
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final HexFormat HEX = HexFormat.of();

    /** The random numbers vary keys, and how long the daemon runs before each step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void endedSecretsAreGone(int seed) throws GeneralSecurityException {
        Random random = new Random(seed);
        byte[] daemonKey = key(random);
        byte[] peerKey = key(random);
        byte[] preshared = key(random);
        PublicKey daemonPublic = publicKey(daemonKey);
        PublicKey peerPublic = publicKey(peerKey);
        try (Namespace outside = Namespace.create();
                Daemon daemon = Daemon.start(
                        Program.CULVERT, namespace, device, Map.of("CULVERT_WARMUP", seed == 1 ? "on" : "off"))) {
            Namespace.connect(namespace, OUTSIDE + "/24", outside, "192.168.99.2/24");
            assertThat(Uapi.set(
                            device,
                            "private_key=" + HEX.formatHex(daemonKey),
                            "listen_port=" + PORT,
                            "public_key=" + peerPublic,
                            "preshared_key=" + HEX.formatHex(preshared),
                            "allowed_ip=10.88.0.2/32"))
                    .isZero();
            namespace.ip("link", "set", device, "up");
            pause(random);
            MemoryScan lasting = new MemoryScan();
            lasting.add("private key", daemonKey);
            lasting.add("preshared key", preshared);
            lasting.add("static-static secret", sharedSecret(daemonKey, peerPublic));
            try (OwnPeer peer = OwnPeer.create(peerKey, daemonPublic, preshared, outside, OUTSIDE, PORT)) {
                for (int i = 0; i < 5; i++) {
                    pause(random);
                    peer.beginSession();
                }
                assertThat(Uapi.get(device)).contains("private_key=" + HEX.formatHex(daemonKey));
                assertThat(lasting.of(daemon.process()))
                        .as("the scan finds what is in use, once as bytes and never as text")
                        .containsExactly("preshared key", "private key", "static-static secret");
                assertGone(daemon, ended(peer, 3));
                // As after a suspend, which a test cannot bring about: the same path, from another of the kernel's
                // news.
                Uevent.newGeneration(namespace);
                assertGone(daemon, ended(peer, 5));
                peer.beginSession();
                assertThat(Uapi.set(device, "private_key=" + "0".repeat(64), "public_key=" + peerPublic, "remove=true"))
                        .isZero();
                MemoryScan all = ended(peer, 6);
                assertGone(daemon, all);
                assertGone(daemon, lasting);
            }
        }
    }

    /** The keys of the first sessions. */
    private static MemoryScan ended(OwnPeer peer, int sessions) {
        MemoryScan scan = new MemoryScan();
        peer.sessionKeys().forEach((name, key) -> {
            if (name.charAt("session ".length()) - '0' <= sessions) {
                scan.add(name, key);
            }
        });
        return scan;
    }

    private static void assertGone(Daemon daemon, MemoryScan scan) {
        TreeSet<String> left = new TreeSet<>();
        boolean gone = Eventually.holds(LIMIT, () -> {
            left.clear();
            left.addAll(scan.of(daemon.process()));
            return left.isEmpty();
        });
        assertThat(gone).as("ended secrets in the daemon's memory: %s", left).isTrue();
    }

    private static void pause(Random random) {
        Eventually.pause(Duration.ofMillis(50 + random.nextInt(400)));
    }

    private static byte[] key(Random random) {
        byte[] key = new byte[Secret.BYTES];
        random.nextBytes(key);
        key[0] &= (byte) 0xf8;
        key[31] = (byte) (key[31] & 0x7f | 0x40);
        return key;
    }

    private static PublicKey publicKey(byte[] privateKey) {
        try (Secret key = new Secret(privateKey)) {
            StaticIdentity identity = new StaticIdentity(key);
            identity.release();
            return identity.publicKey();
        }
    }

    private static byte[] sharedSecret(byte[] privateKey, PublicKey publicKey) throws GeneralSecurityException {
        byte[] bigEndian = publicKey.toBytes();
        for (int i = 0; i < bigEndian.length / 2; i++) {
            byte low = bigEndian[i];
            bigEndian[i] = bigEndian[bigEndian.length - 1 - i];
            bigEndian[bigEndian.length - 1 - i] = low;
        }
        KeyFactory factory = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
        agreement.doPhase(
                factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
                true);
        return agreement.generateSecret();
    }
}
