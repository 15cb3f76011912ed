package io.culvert.daemon.testbed;

import java.io.IOException;
import java.util.List;

/**
 * Two network namespaces joined by a veth pair; their names carry the process number, so that several may be there at
 * once. Closing removes them, whatever is in them.
 *
 * <pre>
 *   namespace A                          namespace B
 *   veth0 198.18.0.1, fd18::1  &lt;----&gt;  veth0 198.18.0.2, fd18::2     outside
 *   tunnel 10.18.0.1           &lt;====&gt;  tunnel 10.18.0.2              inside
 * </pre>
 */
public final class Testbed implements AutoCloseable {
    private static final int TRIES = 3;

    private final List<String> namespaces;

    private Testbed(List<String> namespaces) {
        this.namespaces = namespaces;
    }

    /**
     * Makes one.
     *
     * @param prefix what the names of the namespaces begin with
     * @param mtu of the veth pair
     * @throws IOException when something of it cannot be made; then nothing of it is left
     */
    public static Testbed create(String prefix, int mtu) throws IOException, InterruptedException {
        String name = prefix + "-" + ProcessHandle.current().pid();
        Testbed testbed = new Testbed(List.of(name + "-a", name + "-b"));
        try {
            testbed.build(mtu);
            return testbed;
        } catch (IOException | InterruptedException | RuntimeException e) {
            testbed.close();
            throw e;
        }
    }

    /** The namespace of side 0 or 1. */
    public String namespace(int side) {
        return namespaces.get(side);
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
        for (String namespace : namespaces) {
            Shell.run("ip", "netns", "add", namespace);
            Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
        }
        String pair = "ip link add veth0 mtu %d netns %s type veth peer name veth0 mtu %1$d netns %3$s"
                .formatted(mtu, namespace(0), namespace(1));
        Shell.run(pair.split(" "));
        for (int side = 0; side < 2; side++) {
            Shell.run("ip", "-n", namespace(side), "addr", "add", outside(side, false) + "/24", "dev", "veth0");
            Shell.run("ip", "-n", namespace(side), "addr", "add", outside(side, true) + "/64", "dev", "veth0", "nodad");
            Shell.run("ip", "-n", namespace(side), "link", "set", "veth0", "up");
        }
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        for (String namespace : namespaces) {
            for (int i = 0; i < TRIES; i++) {
                try {
                    // A second Ctrl-C also reaches this program, so it may take more than one.
                    Shell.run("ip", "netns", "delete", namespace);
                    break;
                } catch (IOException e) {
                    continue;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
