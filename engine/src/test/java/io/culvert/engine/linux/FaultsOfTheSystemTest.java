// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Faults;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every call of the C library and of liburing, and all memory off the heap, is refused or throws an error while a
 * device starts, is set up and ends. The outcome is one of: it goes on with all of its threads, it refuses with words,
 * or it ends loudly; and its close returns.
 */
class FaultsOfTheSystemTest {
    private static final String NAME = "cvf0";
    private static final Aeads AEADS = new Aeads(AeadChoice.JCE);
    private static final int WATCHDOG_SECONDS = 3;
    /** So that a fault meets the threads of a device that has started. */
    private static final int LATER = 200;

    private final List<String> wrong = new ArrayList<>();

    /** From the bindings, so that a new one is a place by itself. */
    private static Set<String> calls() {
        Set<String> calls = new TreeSet<>(Set.of("aligned_alloc"));
        Stream.of(linux_h.class, liburing_h.class)
                .flatMap(bindings -> Stream.of(bindings.getMethods()))
                .map(method -> method.getName())
                .filter(name -> name.endsWith("$handle"))
                .forEach(name -> calls.add(name.substring(0, name.length() - "$handle".length())));
        // Its result is a string, for the words of the others' errors.
        calls.remove("strerror");
        return calls;
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyFaultIsSurvivedRefusedOrEndsTheDeviceLoudly() throws Exception {
        assertThat(run("none=error")).as("what is refused without a fault").isNull();
        for (String call : calls()) {
            for (String outcome : List.of(Integer.toString(linux_h.EPERM), Integer.toString(linux_h.ENOMEM), "error")) {
                run(call + "=" + outcome);
            }
            run(call + "@" + NAME + "=error");
            run(call + "@" + NAME + "#" + LATER + "=" + linux_h.EPERM);
        }
        assertThat(wrong).isEmpty();
    }

    /** Runs a device with a fault; returns what its owner met. */
    private Throwable run(String fault) throws IOException, InterruptedException {
        try (TestNamespace namespace = new TestNamespace()) {
            CountDownLatch closed = new CountDownLatch(1);
            LinuxPlatform platform = null;
            Device device = null;
            Throwable refusal = null;
            Faults.plant(fault);
            try {
                platform = new LinuxPlatform(new LinuxPlatform.Options(NAME, 1));
                device = Device.start(
                        platform, new DeviceOptions(1, AEADS::create, true, MemoryBudget.ofHeap(), WATCHDOG_SECONDS));
                device.onClosed(closed::countDown);
                setUp(device, namespace);
            } catch (IOException | RuntimeException | Error e) {
                refusal = e;
            }
            boolean failed = device != null && device.failure().isPresent() && closed.await(30, TimeUnit.SECONDS);
            Faults.clear();
            if (refusal != null && refusal.getMessage() == null) {
                wrong.add(fault + ": refused without words: " + refusal);
            } else if (refusal == null && !failed) {
                assertThatItGoesOn(fault);
            }
            close(fault, device, platform);
            return refusal;
        }
    }

    private static void setUp(Device device, TestNamespace namespace) throws IOException, InterruptedException {
        byte[] key = new byte[Secret.BYTES];
        key[0] = 8;
        try (DeviceUpdate update =
                new DeviceUpdate(new Secret(key), OptionalInt.of(0), OptionalInt.empty(), false, List.of())) {
            device.apply(update);
        }
        namespace.ip("link set " + NAME + " up");
        // Its threads turn, and send and read what the kernel sends by itself.
        Thread.sleep(100);
        device.snapshot().close();
    }

    private void assertThatItGoesOn(String fault) {
        List<String> alive = Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .toList();
        for (String thread : List.of("-worker-0", "-handshake-0", "-handshake-reader", "-stall-watch")) {
            if (!alive.contains(NAME + thread)) {
                wrong.add(fault + ": " + thread + " has ended, and nothing says so");
            }
        }
        if (!alive.contains("culvert-tun")) {
            wrong.add(fault + ": the TUN's thread has ended, and nothing says so");
        }
    }

    private void close(String fault, Device device, LinuxPlatform platform) throws InterruptedException {
        Thread closing = Thread.ofPlatform().daemon().start(() -> {
            if (device != null) {
                device.close();
            }
            if (platform != null) {
                platform.tun().close();
            }
        });
        if (!closing.join(Duration.ofSeconds(60))) {
            wrong.add(fault + ": its close hangs");
        }
    }
}
