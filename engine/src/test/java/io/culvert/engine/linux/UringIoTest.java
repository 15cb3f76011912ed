// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.natives.Faults;
import io.culvert.natives.generated.linux_h;
import io.culvert.ring.IoUring;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class UringIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker, Set<Offload> on) throws IOException {
        IoUring.unavailableReason().ifPresent(Assumptions::abort);
        return new UringIo(device, worker, on);
    }

    @Test
    void anEnterThatIsRefusedForGoodIsNotRepeatedForEver() throws IOException {
        try (UdpPort port = new SocketBind(true, true, 1).open(0, 1, 0)) {
            io.attach(port);
            send(port.port());
            Faults.plant("io_uring_enter2=" + linux_h.EINVAL);
            assertThatThrownBy(() -> io.park(1, 0)).hasMessageContaining("the kernel refuses io_uring_enter");
            assertThatThrownBy(io::flush).hasMessageContaining("the kernel refuses io_uring_enter");
        } finally {
            Faults.clear();
        }
    }
}
