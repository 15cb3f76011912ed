// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.testbed.DatagramReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceManagerTest {
    private static final long PID = 7;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void statesAreSent(boolean isAbstract) throws IOException {
        String address = isAbstract ? "@culvert-test-" + System.nanoTime() : directory + "/notify";
        try (DatagramReceiver receiver = new DatagramReceiver(address)) {
            ServiceManager manager = new ServiceManager(Map.of("NOTIFY_SOCKET", address), PID);
            manager.ready("interface wg0");
            assertThat(receiver.receive()).isEqualTo("READY=1\nSTATUS=interface wg0");
            manager.status("no interfaces");
            assertThat(receiver.receive()).isEqualTo("STATUS=no interfaces");
            manager.reloading(1_234_567_890);
            assertThat(receiver.receive()).isEqualTo("RELOADING=1\nMONOTONIC_USEC=1234567");
            manager.stopping("the end");
            assertThat(receiver.receive()).isEqualTo("STOPPING=1\nSTATUS=the end");
            manager.watch(() -> true);
            assertThat(receiver.receive()).as("no watchdog is asked for").isEmpty();
        }
    }

    @Test
    void supervisedServiceLeavesItToItsSupervisorToBeReady() throws IOException {
        String address = directory + "/notify";
        try (DatagramReceiver receiver = new DatagramReceiver(address)) {
            new ServiceManager(Map.of("NOTIFY_SOCKET", address, "CULVERT_SUPERVISED", "1"), PID).ready("wg0");
            assertThat(receiver.receive()).isEqualTo("STATUS=wg0");
        }
    }

    @Test
    void signsOfLifeStopWhileSomethingIsStuck() throws IOException {
        String address = directory + "/notify";
        try (DatagramReceiver receiver = new DatagramReceiver(address)) {
            AtomicBoolean alive = new AtomicBoolean(true);
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "20000", "WATCHDOG_PID", "" + PID);
            AtomicBoolean asked = new AtomicBoolean();
            new ServiceManager(environment, PID).watch(() -> {
                asked.set(true);
                return alive.get();
            });
            assertThat(receiver.await()).isEqualTo("WATCHDOG=1");
            alive.set(false);
            asked.set(false);
            awaitQuestion(asked);
            String late = receiver.receive();
            while (!late.isEmpty()) {
                late = receiver.receive();
            }
            asked.set(false);
            awaitQuestion(asked);
            assertThat(receiver.receive()).isEmpty();
            alive.set(true);
            assertThat(receiver.await()).isEqualTo("WATCHDOG=1");
        }
    }

    private static void awaitQuestion(AtomicBoolean asked) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!asked.get() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(asked).isTrue();
    }

    @Test
    void watchdogOfAnotherProcessIsNotFed() throws IOException {
        String address = directory + "/notify";
        try (DatagramReceiver receiver = new DatagramReceiver(address)) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "1000", "WATCHDOG_PID", "8");
            AtomicBoolean asked = new AtomicBoolean();
            new ServiceManager(environment, PID).watch(() -> asked.getAndSet(true));
            new ServiceManager(environment, PID).status("x");
            assertThat(receiver.await()).isEqualTo("STATUS=x");
            assertThat(asked).isFalse();
        }
    }

    @Test
    void withoutAServiceManagerNothingHappens() {
        new ServiceManager(Map.of(), PID).ready("x");
        new ServiceManager(Map.of("NOTIFY_SOCKET", directory + "/missing"), PID).ready("x");
        assertThatThrownBy(() -> UnixDatagram.send("relative", new byte[1], 1))
                .isInstanceOf(IOException.class)
                .hasMessage("not the address of a Unix socket: relative");
        assertThatThrownBy(() -> UnixDatagram.send("/" + "x".repeat(107), new byte[1], 1))
                .isInstanceOf(IOException.class);
    }
}
