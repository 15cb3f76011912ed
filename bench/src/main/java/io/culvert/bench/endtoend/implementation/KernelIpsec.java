// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The kernel's IPsec: ESP in tunnel mode with static keys, configured with {@code ip xfrm}. */
final class KernelIpsec implements Implementation {
    private static final int SPI = 0x100;

    private final String name;
    private final String cipher;
    private final String key;

    /**
     * IPsec with one cipher.
     *
     * @param cipher the kernel's name of it
     * @param keyBytes the length of its key with the salt
     */
    KernelIpsec(String name, String cipher, int keyBytes) {
        this.name = name;
        this.cipher = cipher;
        // A constant key will do between two namespaces of one machine.
        this.key = "0x" + "5a".repeat(keyBytes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() throws InterruptedException {
        return KernelTunnel.version();
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        return KernelTunnel.unavailableReason(
                "this kernel has no ESP with " + cipher, state("192.0.2.1", "192.0.2.2", SPI));
    }

    @Override
    public Optional<String> unsupportedReason(Condition condition) {
        return Implementation.onlyBetweenEnds(condition);
    }

    @Override
    public boolean isProgram() {
        return false;
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        for (int side = 0; side < 2; side++) {
            NetworkNamespace namespace = testbed.namespace(side);
            String inside = Testbed.inside(side);
            String insidePeer = Testbed.inside(1 - side);
            String outside = Testbed.outside(side, condition.ipv6());
            String outsidePeer = Testbed.outside(1 - side, condition.ipv6());
            namespace.ip("addr", "add", inside + "/32", "dev", "lo");
            namespace.run(state(outside, outsidePeer, SPI + side));
            namespace.run(state(outsidePeer, outside, SPI + 1 - side));
            namespace.run(policy("out", inside, insidePeer, outside, outsidePeer));
            namespace.run(policy("in", insidePeer, inside, outsidePeer, outside));
            String route = "ip route add %s/32 dev veth0 src %s mtu lock %d"
                    .formatted(insidePeer, inside, condition.innerMtu());
            namespace.run(route.split(" "));
        }
        KernelTunnel tunnel = new KernelTunnel(testbed, condition);
        tunnel.connect(List.of());
        return tunnel;
    }

    private String[] state(String from, String to, int spi) {
        String words = "ip xfrm state add src %s dst %s proto esp spi %d reqid 1 mode tunnel aead %s %s 128"
                .formatted(from, to, spi, cipher, key);
        return words.split(" ");
    }

    private static String[] policy(String direction, String from, String to, String outer, String outerPeer) {
        String words = "ip xfrm policy add src %s/32 dst %s/32 dir %s tmpl src %s dst %s proto esp reqid 1 mode tunnel"
                .formatted(from, to, direction, outer, outerPeer);
        return words.split(" ");
    }
}
