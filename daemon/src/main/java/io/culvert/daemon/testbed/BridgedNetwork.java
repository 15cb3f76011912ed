// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;

/**
 * An Ethernet segment: a bridge in a network namespace, to which other namespaces are attached by veth pairs. The
 * bridge's namespace can reach the others. Closing deletes that namespace, and with it the segment.
 *
 * <pre>
 *   bridge's namespace       namespaces
 *   br0 198.18.0.254  &lt;----&gt;  veth0 198.18.0.HOST
 * </pre>
 */
public final class BridgedNetwork implements AutoCloseable {
    private static final String PREFIX = "198.18.0.";
    private static final int BRIDGE_HOST = 254;
    private static final int MTU = 1500;

    private final NetworkNamespace namespace;
    private int ports;

    private BridgedNetwork(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    /**
     * Makes one.
     *
     * @param name of the bridge's namespace
     * @throws IOException if a part of it cannot be made; the others are removed then
     */
    public static BridgedNetwork create(String name) throws IOException, InterruptedException {
        BridgedNetwork network = new BridgedNetwork(NetworkNamespace.create(name));
        try {
            network.namespace.ip("link", "add", "br0", "mtu", "" + MTU, "type", "bridge", "forward_delay", "0");
            network.addAddress(BRIDGE_HOST);
            network.namespace.ip("link", "set", "br0", "up");
            return network;
        } catch (IOException | InterruptedException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** The namespace of the bridge. */
    public NetworkNamespace namespace() {
        return namespace;
    }

    /** The address of a host of the segment, a number from 1 to 254; 254 is the bridge's own. */
    public static String address(int host) {
        return PREFIX + host;
    }

    /** Gives the bridge's namespace one more address of the segment. */
    public void addAddress(int host) throws IOException, InterruptedException {
        namespace.ip("addr", "add", address(host) + "/24", "dev", "br0");
    }

    /** Attaches a namespace: {@code veth0}, which is up and has the host's address. */
    public void attach(NetworkNamespace other, int host) throws IOException, InterruptedException {
        String port = "port" + ports++;
        NetworkNamespace.connect(namespace, port, other, "veth0", MTU);
        namespace.ip("link", "set", port, "master", "br0", "up");
        other.ip("addr", "add", address(host) + "/24", "dev", "veth0");
        other.ip("link", "set", "veth0", "up");
    }

    @Override
    public void close() {
        namespace.close();
    }
}
