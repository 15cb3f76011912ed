package io.culvert.engine.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.util.Set;

class UringIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker, Set<Offload> on) throws IOException {
        assumeTrue(IoUring.isSupported(), IoUring.whyNot());
        return new UringIo(device, worker, on);
    }
}
