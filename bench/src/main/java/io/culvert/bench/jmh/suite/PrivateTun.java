package io.culvert.bench.jmh.suite;

import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Linux;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

    /** Moves the calling thread into a namespace of its own and makes the interface there. */
    static TunDevice open() throws IOException {
        String namespace = "culvert-jmh-" + ProcessHandle.current().pid();
        run("ip", "netns", "add", namespace);
        try {
            int there = Linux.open("/run/netns/" + namespace, linux_h.O_RDONLY);
            Linux.setns(there, linux_h.CLONE_NEWNET);
            Linux.close(there);
            TunDevice tun = TunDevice.create("jmh0", 1);
            tun.offload(true, true);
            run("ip", "-n", namespace, "link", "set", "jmh0", "up");
            return tun;
        } finally {
            run("ip", "netns", "del", namespace);
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", List.of(command)) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
