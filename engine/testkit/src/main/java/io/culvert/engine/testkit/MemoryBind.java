// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Bind;
import io.culvert.engine.io.NoDescriptorsException;
import io.culvert.engine.io.UdpPort;
import java.io.IOException;
import java.net.BindException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens ports at a host's addresses, which may change while they are open. Thread-safe. */
public final class MemoryBind implements Bind {
    private static final int FIRST_FREE_PORT = 40_000;
    private static final int FIRST_INTERFACE = 1;

    private final MemoryNetwork network;
    private final MemoryPlatform platform;
    private List<Address> addresses;
    /** The interface of each address that is not at the first one. */
    private final Map<Address, Integer> interfaces = new HashMap<>();
    /** The interface through which all datagrams leave. */
    private int routed = FIRST_INTERFACE;
    /** Written under the monitor; read by any worker. */
    private volatile int routes = 1;
    /** Written under the monitor. */
    private int lookups;

    private boolean unreachable;
    private int descriptors = 2;

    private MemoryPort port;
    private boolean marksRefused;
    private final Set<Integer> taken = new HashSet<>();
    private boolean ipv6 = true;

    MemoryBind(MemoryNetwork network, MemoryPlatform platform, List<Address> addresses) {
        this.network = network;
        this.platform = platform;
        this.addresses = addresses;
    }

    @Override
    public synchronized void tryOut(int number, int mark) throws BindException {
        if (mark != 0) {
            checkMark();
        }
        if (number != 0 && isTaken(number)) {
            throw new BindException("port " + number + " is taken");
        }
    }

    @Override
    public synchronized UdpPort open(int number, int workers, int mark) throws IOException {
        tryOut(number, mark);
        if (descriptors == 0 || port != null && descriptors == 1) {
            throw new NoDescriptorsException("port " + number, null);
        }
        int chosen = number;
        if (number == 0) {
            chosen = FIRST_FREE_PORT;
            while (isTaken(chosen)) {
                chosen++;
            }
        }
        port = new MemoryPort(network, this, platform, chosen, workers, mark);
        bind();
        port.retry();
        return port;
    }

    /** Has all ports refuse firewall marks, as for a process without the permission, or take them again. */
    public synchronized void refuseMarks(boolean refused) {
        marksRefused = refused;
    }

    synchronized void checkMark() throws BindException {
        if (marksRefused) {
            throw new BindException("no permission to set a mark");
        }
    }

    /** Lets another program of the host have a port, or end. */
    public synchronized void setTaken(int number, boolean isTaken) {
        if (isTaken) {
            taken.add(number);
        } else {
            taken.remove(number);
        }
    }

    /** Gives the host IPv6, which it has at first, or takes it away from ports that are opened later. */
    public synchronized void setIpv6(boolean hasIpv6) {
        ipv6 = hasIpv6;
    }

    synchronized boolean hasIpv6() {
        return ipv6;
    }

    /** A port has sockets of IPv6 now. */
    synchronized void rebind() {
        network.unbind(port);
        bind();
    }

    private boolean isTaken(int number) {
        return taken.contains(number)
                || addresses.stream().anyMatch(address -> network.isTaken(address.withPort(number)));
    }

    private void bind() {
        for (Address address : addresses) {
            if (!address.ipv6() || port.hasIpv6()) {
                network.bind(address.withPort(port.port()), port);
            }
        }
    }

    /** Moves the host to other addresses. Datagrams to its former addresses are lost from now on. */
    public synchronized void setAddresses(List<Address> newAddresses) {
        addresses = List.copyOf(newAddresses);
        routes++;
        if (port != null) {
            network.unbind(port);
            bind();
        }
    }

    /** Puts an address at interface {@code number}, from 1 on; all are at the first one else. */
    public synchronized void place(Address address, int number) {
        interfaces.put(address.withPort(0), number);
    }

    /** Has all datagrams leave through an interface, from its addresses unless they ask for another. */
    public synchronized void route(int number) {
        routed = number;
        routes++;
    }

    /** Limits the ports that can be open at a time: 0, 1 or 2. */
    public synchronized void setDescriptors(int ports) {
        descriptors = ports;
    }

    /** Takes all routes away, so that sends are refused, or gives them back. */
    public synchronized void setUnreachable(boolean isUnreachable) {
        unreachable = isUnreachable;
        routes++;
    }

    synchronized boolean isUnreachable() {
        return unreachable;
    }

    /** How often a worker has looked at a route so far. */
    public synchronized int lookups() {
        return lookups;
    }

    /** A number that changes with the routes and the addresses. */
    int routes() {
        return routes;
    }

    /** The interface at which an address is. */
    synchronized int interfaceOf(Address address) {
        return interfaces.getOrDefault(address.withPort(0), FIRST_INTERFACE);
    }

    /** Whether datagrams from {@code source} leave through interface {@code number}. */
    synchronized boolean isRouted(Address source, int number) {
        lookups++;
        return isLocal(source) && routed == number;
    }

    /** The source address of a family, of the routed interface if it has one; {@code null} if the host has none. */
    synchronized Address source(boolean ipv6) {
        List<Address> family =
                addresses.stream().filter(address -> address.ipv6() == ipv6).toList();
        return family.stream()
                .filter(address -> interfaceOf(address) == routed)
                .findFirst()
                .orElse(family.isEmpty() ? null : family.getFirst());
    }

    /** Whether the host has an address, with any port. */
    synchronized boolean isLocal(Address address) {
        return addresses.stream().anyMatch(local -> local.withPort(0).equals(address.withPort(0)));
    }

    synchronized void closed(MemoryPort closedPort) {
        network.unbind(closedPort);
        if (port == closedPort) {
            port = null;
        }
    }
}
