// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.uapi.UapiConfigClient;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Starts the daemon of an interface, and returns when it serves. */
interface DaemonStart {
    /** The launcher's variable for the descriptor on which it waits for the interface to start. */
    String DESCRIPTOR = "CULVERT_SUPERVISOR_FD";

    /** Variables that mean this process, and not the daemon. */
    Set<String> NOT_PASSED =
            Set.of("WG_PROCESS_FOREGROUND", "WG_TUN_FD", "WG_UAPI_FD", "CULVERT_STDERR_FD", DESCRIPTOR);

    /** Starts it. */
    void of(String device) throws IOException, InterruptedException;

    /** The socket of an interface. */
    static Path socket(String device) {
        return Path.of("/var/run/wireguard", device + ".sock");
    }

    /** Whether a process serves the interface. */
    static boolean isServing(String device) {
        try (UapiConfigClient client = UapiConfigClient.connect(socket(device))) {
            client.configuration().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** In the background, by the launcher. */
    static DaemonStart inBackground() {
        return device -> {
            Programs.show("culvert " + device);
            ProcessBuilder builder = new ProcessBuilder(System.getProperty("culvert.launcher", "culvert"), device)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT);
            NOT_PASSED.forEach(builder.environment()::remove);
            Process launcher = builder.start();
            try {
                if (launcher.waitFor() != 0) {
                    throw new IOException("the interface " + device + " did not start");
                }
            } finally {
                if (launcher.isAlive()) {
                    launcher.destroy();
                    launcher.waitFor(Timeouts.END_SECONDS, TimeUnit.SECONDS);
                }
            }
        };
    }

    /** By the launcher that has started this process and waits on a descriptor; it ends this process on a failure. */
    static DaemonStart bySupervisor(String descriptor) {
        return device -> {
            Files.writeString(
                    Path.of("/proc/self/fd", descriptor),
                    device + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.WRITE);
            for (long i = 0; !isServing(device); i++) {
                if (i * Timeouts.POLL_MILLIS > TimeUnit.SECONDS.toMillis(Timeouts.START_SECONDS)) {
                    throw new IOException(
                            "the interface " + device + " did not start within " + Timeouts.START_SECONDS + " s");
                }
                Thread.sleep(Timeouts.POLL_MILLIS);
            }
        };
    }
}
