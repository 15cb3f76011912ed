// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.IOException;
import java.util.List;

/** Starts the process of an interface if none serves it. It goes on when this process ends. */
public final class InterfaceStart {
    /** The launcher of Culvert, which {@code bin/culvert} names to the programs that it starts. */
    private static final String LAUNCHER = System.getProperty("culvert.launcher", "culvert");

    private InterfaceStart() {}

    /**
     * Returns when the interface serves.
     *
     * @return whether it had to be started
     * @throws IOException if it does not start
     */
    public static boolean ensure(String name) throws IOException, InterruptedException {
        if (UapiWireGuard.named(name).isServing()) {
            return false;
        }
        Program.launch(List.of(LAUNCHER, name));
        if (!UapiWireGuard.named(name).isServing()) {
            throw new IOException(
                    LAUNCHER + " " + name + " started, but does not answer on " + UapiWireGuard.socket(name));
        }
        return true;
    }
}
