// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A TUN interface in a network namespace of its own, which lasts as long as the interface and the thread that created
 * it.
 */
public final class PrivateTun {
    private PrivateTun() {}

    /** The reason why this machine cannot have one; empty if it can. */
    public static Optional<String> unavailableReason() {
        if (Linux.geteuid() != 0) {
            return Optional.of("needs root");
        }
        return Files.exists(Path.of("/dev/net/tun")) ? Optional.empty() : Optional.of("needs /dev/net/tun");
    }

    /** Moves the calling thread into a new namespace and creates the interface there. */
    static TunDevice open() throws IOException {
        String name = "culvert-jmh-" + ProcessHandle.current().pid();
        try (NetworkNamespace namespace = NetworkNamespace.create(name)) {
            namespace.enter();
            TunDevice tun = TunDevice.create("jmh0", 1);
            tun.offload(true, true, false);
            namespace.ip("link", "set", "jmh0", "up");
            return tun;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
