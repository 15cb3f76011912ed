// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import java.util.Set;

class PlainIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker, Set<Offload> on) {
        return new PlainIo(device, worker, on);
    }
}
