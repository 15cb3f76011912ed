package io.culvert.engine.linux;

import io.culvert.engine.WorkerIo;
import io.culvert.engine.tun.TunDevice;

class PlainIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker) {
        return new PlainIo(device, worker);
    }
}
