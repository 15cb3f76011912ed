// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Faults;
import io.culvert.natives.generated.linux_h;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlainIoTest extends TunIoTest {
    @Override
    WorkerIo open(TunDevice device, int worker, Set<Offload> on) {
        return new PlainIo(device, worker, on);
    }

    @Test
    void aPollThatIsRefusedForGoodIsNotRepeatedForEver() {
        try {
            Faults.plant("ppoll=" + linux_h.EINVAL);
            assertThatThrownBy(() -> io.park(1, 0)).hasMessageContaining("the kernel refuses ppoll");
        } finally {
            Faults.clear();
        }
    }
}
