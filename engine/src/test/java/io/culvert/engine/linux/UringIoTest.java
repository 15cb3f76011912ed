// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

class UringIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker, Set<Offload> on) throws IOException {
        IoUring.unavailableReason().ifPresent(Assumptions::abort);
        return new UringIo(device, worker, on);
    }
}
