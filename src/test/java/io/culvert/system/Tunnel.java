// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.util.List;
import java.util.function.Function;

/**
 * Topology A of the kernel's netns test: two interfaces are created in one namespace and moved to two others. Their UDP
 * sockets stay in the first and communicate over its loopback interface.
 */
final class Tunnel implements AutoCloseable {
    static final String FIRST_IPV4 = "192.168.241.1";
    static final String SECOND_IPV4 = "192.168.241.2";
    static final String FIRST_IPV6 = "fd00::1";
    static final String SECOND_IPV6 = "fd00::2";
    static final int MTU = 1420;
    /** The outer packets fill loopback's MTU as those of the standard MTU fill Ethernet's. */
    static final int LARGE_MTU = 34_816 - 1_500 + 1_420;

    private final Namespace outside = Namespace.create();
    private final Namespace firstSide = Namespace.create();
    private final Namespace secondSide = Namespace.create();
    private final Key firstKey = Key.generate();
    private final Key secondKey = Key.generate();
    private final Key preshared = Key.generate();
    private final Daemon first;
    private final Daemon second;

    private Tunnel(Function<Namespace, Daemon> first, Function<Namespace, Daemon> second) {
        this.first = first.apply(outside);
        this.second = second.apply(outside);
    }

    static Tunnel create(Program first, Program second) {
        return create(namespace -> Daemon.start(first, namespace), namespace -> Daemon.start(second, namespace));
    }

    /** With daemons that the functions start. */
    static Tunnel create(Function<Namespace, Daemon> first, Function<Namespace, Daemon> second) {
        Tunnel tunnel = new Tunnel(first, second);
        tunnel.first.moveTo(tunnel.firstSide);
        tunnel.second.moveTo(tunnel.secondSide);
        tunnel.addAddresses();
        return tunnel;
    }

    private void addAddresses() {
        firstSide.ip("address", "add", FIRST_IPV4 + "/24", "dev", first.device());
        firstSide.ip("address", "add", FIRST_IPV6 + "/112", "dev", first.device(), "nodad");
        secondSide.ip("address", "add", SECOND_IPV4 + "/24", "dev", second.device());
        secondSide.ip("address", "add", SECOND_IPV6 + "/112", "dev", second.device(), "nodad");
    }

    /** Scenario 2: the state that each test starts from; the peers have not yet made a handshake. */
    void configure() {
        restoreLoopback();
        first.wg().peers().forEach(peer -> first.wg().set("peer", peer, "remove"));
        second.wg().peers().forEach(peer -> second.wg().set("peer", peer, "remove"));
        configure(first, firstKey, 1, secondKey, SECOND_IPV4 + "/32," + SECOND_IPV6 + "/128");
        configure(second, secondKey, 2, firstKey, FIRST_IPV4 + "/32," + FIRST_IPV6 + "/128");
        setMtu(MTU);
    }

    private void restoreLoopback() {
        outside.ip("-4", "address", "flush", "dev", "lo");
        outside.ip("address", "replace", "127.0.0.1/8", "dev", "lo");
        outside.ip("address", "replace", "::1/128", "dev", "lo");
    }

    private void configure(Daemon daemon, Key own, int port, Key peer, String allowedIps) {
        daemon.wg()
                .set(("private-key " + own.file() + " listen-port " + port + " peer " + peer.pub() + " preshared-key "
                                + preshared.file() + " allowed-ips " + allowedIps)
                        .split(" "));
    }

    /** Sets the MTU of both interfaces and brings them up. */
    void setMtu(int mtu) {
        for (Daemon daemon : List.of(first, second)) {
            daemon.namespace().ip("link", "set", daemon.device(), "up", "mtu", Integer.toString(mtu));
        }
    }

    /** Gives the ends each other's IPv4 endpoints. */
    void connectIpv4() {
        setEndpoints("127.0.0.1:1", "127.0.0.1:2");
    }

    /** Gives the ends each other's IPv6 endpoints. */
    void connectIpv6() {
        setEndpoints("[::1]:1", "[::1]:2");
    }

    private void setEndpoints(String ofFirst, String ofSecond) {
        first.wg().set("peer", secondKey.pub(), "endpoint", ofSecond);
        second.wg().set("peer", firstKey.pub(), "endpoint", ofFirst);
    }

    Namespace outside() {
        return outside;
    }

    Namespace firstSide() {
        return firstSide;
    }

    Namespace secondSide() {
        return secondSide;
    }

    Key firstKey() {
        return firstKey;
    }

    Key secondKey() {
        return secondKey;
    }

    Key preshared() {
        return preshared;
    }

    Daemon first() {
        return first;
    }

    Daemon second() {
        return second;
    }

    @Override
    public void close() {
        first.close();
        second.close();
        firstSide.close();
        secondSide.close();
        outside.close();
    }
}
