// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FaultsTest {
    @AfterEach
    void clear() {
        Faults.clear();
    }

    @Test
    void aCallIsRefusedWithAnErrorNumber() {
        Faults.plant("eventfd=" + linux_h.EMFILE);
        assertThatThrownBy(Linux::eventfd).isInstanceOf(ErrnoException.class).hasMessageContaining("EMFILE");
        Faults.plant("read=" + linux_h.EIO);
        assertThat(Linux.read(new CallState(), 0, 0, 0)).isEqualTo(-linux_h.EIO);
        assertThat(Faults.clear()).isEqualTo(1);
    }

    @Test
    void memoryIsRefused() {
        Faults.plant("aligned_alloc=" + linux_h.ENOMEM);
        assertThatThrownBy(() -> Memory.allocate(8, 8)).isInstanceOf(OutOfMemoryError.class);
        Faults.clear();
        Memory.free(Memory.allocate(8, 8));
    }

    @Test
    void callsBeforeAndOtherThreadsPass() throws ErrnoException {
        Faults.plant("eventfd@no such thread=" + linux_h.EMFILE);
        Linux.close(Linux.eventfd());
        Faults.plant("eventfd#1=error");
        Linux.close(Linux.eventfd());
        assertThatThrownBy(Linux::eventfd).isInstanceOf(InternalError.class).hasMessage("planted in eventfd");
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aCallStopsUntilTheFaultIsTakenAway() throws InterruptedException {
        Faults.plant("geteuid@victim=stop");
        Thread victim = Thread.ofPlatform().name("victim").start(Linux::geteuid);
        while (victim.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertThat(Faults.clear()).isEqualTo(1);
        victim.join();
    }
}
