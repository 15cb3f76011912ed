// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.engine.linux.SocketPlatform;
import java.io.IOException;

/** Opens the platforms of the warm-up's devices. */
@FunctionalInterface
public interface PlatformSource {
    /**
     * Opens one.
     *
     * @param name for logs
     * @param workers the number of workers of its device
     */
    SocketPlatform open(String name, int workers) throws IOException;
}
