// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two network namespaces connected by a veth pair. Their names carry the process number, so that several processes may
 * have one each. Closing deletes the namespaces with all their interfaces.
 *
 * <pre>
 *   namespace A                          namespace B
 *   veth0 198.18.0.1, fd18::1  &lt;----&gt;  veth0 198.18.0.2, fd18::2     outside
 *   tunnel 10.18.0.1           &lt;====&gt;  tunnel 10.18.0.2              inside
 * </pre>
 */
public final class Testbed implements AutoCloseable {
    private final String name;
    private final List<NetworkNamespace> namespaces = new ArrayList<>();

    private Testbed(String name) {
        this.name = name;
    }

    /**
     * Makes one.
     *
     * @param prefix the first part of the namespaces' names
     * @param mtu of the veth pair, in bytes
     * @throws IOException if a part of it cannot be made; the other parts are removed then
     */
    public static Testbed create(String prefix, int mtu) throws IOException, InterruptedException {
        Testbed testbed = new Testbed(prefix + "-" + ProcessHandle.current().pid());
        try {
            testbed.build(mtu);
            return testbed;
        } catch (IOException | InterruptedException | RuntimeException e) {
            testbed.close();
            throw e;
        }
    }

    /** The namespace of side 0 or 1; from 2 on, one that {@link #addNamespace} made. */
    public NetworkNamespace namespace(int side) {
        return namespaces.get(side);
    }

    /**
     * Makes another namespace, which closing deletes with the others.
     *
     * @param suffix of its name; sides 0 and 1 have a and b
     */
    public NetworkNamespace addNamespace(String suffix) throws IOException, InterruptedException {
        NetworkNamespace namespace = NetworkNamespace.create(name + "-" + suffix);
        namespaces.add(namespace);
        return namespace;
    }

    /** The namespace that {@link #addNamespace} made with this suffix; empty if there is none. */
    public Optional<NetworkNamespace> find(String suffix) {
        return namespaces.stream()
                .filter(namespace -> namespace.name().equals(name + "-" + suffix))
                .findFirst();
    }

    /** The address of a side outside the tunnel. */
    public static String outside(int side, boolean ipv6) {
        return (ipv6 ? "fd18::" : "198.18.0.") + (side + 1);
    }

    /** The address of a side inside the tunnel. */
    public static String inside(int side) {
        return "10.18.0." + (side + 1);
    }

    private void build(int mtu) throws IOException, InterruptedException {
        addNamespace("a");
        addNamespace("b");
        NetworkNamespace.connect(namespace(0), "veth0", namespace(1), "veth0", mtu);
        for (int side = 0; side < 2; side++) {
            namespace(side).ip("addr", "add", outside(side, false) + "/24", "dev", "veth0");
            namespace(side).ip("addr", "add", outside(side, true) + "/64", "dev", "veth0", "nodad");
            namespace(side).ip("link", "set", "veth0", "up");
        }
    }

    @Override
    public void close() {
        namespaces.forEach(NetworkNamespace::close);
    }
}
