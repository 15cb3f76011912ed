package io.culvert.bench.jmh.suite;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A TUN interface that is up, in a network namespace that ends with the thread that made it and the interface. */
public final class PrivateTun {
    private PrivateTun() {}

    /** Why there can be none here; {@code null} where there can. */
    public static String whyNot() {
        if (Linux.geteuid() != 0) {
            return "needs root";
        }
        return Files.exists(Path.of("/dev/net/tun")) ? null : "needs /dev/net/tun";
    }

    /** Moves the calling thread into a new namespace and creates the interface there. */
    static TunDevice open() throws IOException {
        String name = "culvert-jmh-" + ProcessHandle.current().pid();
        try (NetworkNamespace namespace = NetworkNamespace.create(name)) {
            namespace.enter();
            TunDevice tun = TunDevice.create("jmh0", 1);
            tun.offload(true, true);
            namespace.ip("link", "set", "jmh0", "up");
            return tun;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
