// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.io.NoDescriptorsException;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A port that is wanted and cannot be had, in virtual time: it is refused where it can be, else tried again. */
class PortSimulationTest {
    private static final int OTHER = 40_404;

    private final Simulation simulation = new Simulation(1, 1);
    private final Node a = simulation.node();
    private final Node b = simulation.node();

    @BeforeEach
    void connect() {
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private void setPort(int number) throws IOException {
        a.device().apply(new DeviceUpdate(null, OptionalInt.of(number), OptionalInt.empty(), false, List.of()));
    }

    private void setMark(int mark) throws IOException {
        a.device().apply(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.of(mark), false, List.of()));
    }

    private static int shownPort(Node node) {
        try (DeviceSnapshot snapshot = node.device().snapshot()) {
            return snapshot.listenPort();
        }
    }

    /** The interface goes up while another program has the port. */
    private void goUpWithoutPort() {
        a.tun().setLink(false);
        a.platform().bind().setTaken(Node.PORT, true);
        a.tun().setLink(true);
        assertThat(status().isReady()).isFalse();
    }

    private DeviceStatus status() {
        return a.device().status();
    }

    private void assertCarriesPackets() {
        a.send(b, 2, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(2);
        assertThat(status().isReady()).isTrue();
        assertThat(status().unreadyReason()).isEmpty();
        assertThat(status().openPort()).isEqualTo(shownPort(a));
    }

    @Test
    void takenPortIsRefusedWhileTheInterfaceIsDown() {
        a.tun().setLink(false);
        a.platform().bind().setTaken(OTHER, true);
        assertThatThrownBy(() -> setPort(OTHER)).isInstanceOf(BindException.class);
        assertThat(shownPort(a)).isEqualTo(Node.PORT);
        a.tun().setLink(true);
        assertCarriesPackets();
    }

    @Test
    void takenPortIsRefusedBeforeTheInterfaceWasEverUp() {
        Node late = simulation.downNode();
        late.platform().bind().setTaken(OTHER, true);
        DeviceUpdate update = new DeviceUpdate(null, OptionalInt.of(OTHER), OptionalInt.empty(), false, List.of());
        assertThatThrownBy(() -> late.device().apply(update)).isInstanceOf(BindException.class);
        assertThat(shownPort(late)).isEqualTo(Node.PORT);
        late.tun().setLink(true);
        assertThat(late.device().status().openPort()).isEqualTo(Node.PORT);
    }

    @Test
    void freePortThatIsTriedOutIsNotKept() throws IOException {
        a.tun().setLink(false);
        setPort(OTHER);
        a.platform().bind().open(OTHER, 1, 0).close();
        assertThat(shownPort(a)).isEqualTo(OTHER);
        assertThat(status().wantedPort()).isEqualTo(OTHER);
        assertThat(status().openPort()).isZero();
    }

    @Test
    void wantedPortIsShownWhileItIsMissing() {
        goUpWithoutPort();
        assertThat(shownPort(a)).isEqualTo(Node.PORT);
        assertThat(status().linkUp()).isTrue();
        assertThat(status().wantedPort()).isEqualTo(Node.PORT);
        assertThat(status().openPort()).isZero();
        assertThat(status().unreadyReason())
                .hasValueSatisfying(reason -> assertThat(reason).contains(Integer.toString(Node.PORT)));
        try (DeviceSnapshot snapshot = a.device().snapshot()) {
            assertThat(snapshot.status()).isEqualTo(status());
        }
    }

    @Test
    void portThatBecomesFreeIsOpened() {
        goUpWithoutPort();
        simulation.run(60 * SECOND);
        assertThat(status().isReady()).isFalse();
        a.platform().bind().setTaken(Node.PORT, false);
        simulation.run(2 * SECOND);
        assertCarriesPackets();
    }

    /** After 100, 200, 400, 800 and 1,600 ms, then every 2 s. */
    @Test
    void attemptsBackOff() {
        goUpWithoutPort();
        long start = simulation.clock().nanos();
        for (long due : new long[] {100, 300, 700, 1500, 3100, 5100, 7100}) {
            assertThat(a.device().retries().earliest() - start).isEqualTo(due * MILLISECOND);
            simulation.run(a.device().retries().earliest() - simulation.clock().nanos());
        }
        a.tun().setLink(false);
        assertThat(a.device().retries().earliest()).isEqualTo(Long.MAX_VALUE);
        a.tun().setLink(true);
        assertThat(a.device().retries().earliest() - simulation.clock().nanos()).isEqualTo(100 * MILLISECOND);
    }

    @Test
    void configuredPortIsOpenedAtOnce() throws IOException {
        goUpWithoutPort();
        setPort(OTHER);
        assertThat(status().openPort()).isEqualTo(OTHER);
        assertCarriesPackets();
    }

    @Test
    void anotherTakenPortIsRefusedAndTheFormerStaysWanted() {
        goUpWithoutPort();
        a.platform().bind().setTaken(OTHER, true);
        assertThatThrownBy(() -> setPort(OTHER)).isInstanceOf(BindException.class);
        assertThatThrownBy(() -> setPort(Node.PORT)).isInstanceOf(BindException.class);
        assertThat(status().wantedPort()).isEqualTo(Node.PORT);
        a.platform().bind().setTaken(Node.PORT, false);
        simulation.run(2 * SECOND);
        assertCarriesPackets();
    }

    @Test
    void anyConfigurationTriesAgain() throws IOException {
        goUpWithoutPort();
        a.platform().bind().setTaken(Node.PORT, false);
        setMark(5);
        assertCarriesPackets();
        assertThat(status().fwmark()).isEqualTo(5);
    }

    @Test
    void markIsKeptWhileThePortIsMissing() throws IOException {
        goUpWithoutPort();
        setMark(5);
        assertThat(status().isReady()).isFalse();
        assertThat(status().fwmark()).isEqualTo(5);
        assertThat(a.peer()).isNotNull();
    }

    @Test
    void portThatWasChosenFreelyIsNotInsistedOn() throws IOException {
        setPort(0);
        int chosen = shownPort(a);
        assertThat(chosen).isNotZero();
        a.tun().setLink(false);
        assertThat(shownPort(a)).isEqualTo(chosen);
        a.tun().setLink(true);
        assertThat(shownPort(a)).as("the same if it is free").isEqualTo(chosen);
        a.tun().setLink(false);
        a.platform().bind().setTaken(chosen, true);
        a.tun().setLink(true);
        assertThat(shownPort(a)).isNotEqualTo(chosen);
        assertThat(status().wantedPort()).isZero();
        assertCarriesPackets();
    }

    @Test
    void portChangesWithoutDescriptorsForTwo() throws IOException {
        a.platform().bind().setDescriptors(1);
        setPort(OTHER);
        assertThat(status().openPort()).isEqualTo(OTHER);
        a.platform().bind().setTaken(Node.PORT, true);
        assertThatThrownBy(() -> setPort(Node.PORT)).isInstanceOf(BindException.class);
        assertThat(status().openPort()).isEqualTo(OTHER);
        assertCarriesPackets();
    }

    @Test
    void portThatIsLostForWantOfDescriptorsComesBack() {
        a.platform().bind().setDescriptors(0);
        assertThatThrownBy(() -> setPort(OTHER)).isInstanceOf(NoDescriptorsException.class);
        assertThat(status().isReady()).isFalse();
        assertThat(status().wantedPort()).isEqualTo(Node.PORT);
        a.platform().bind().setDescriptors(2);
        simulation.run(2 * SECOND);
        assertThat(status().openPort()).isEqualTo(Node.PORT);
        assertCarriesPackets();
    }

    @Test
    void ipv6IsUsedAsSoonAsThereIsSome() {
        a.tun().setLink(false);
        a.platform().bind().setIpv6(false);
        a.tun().setLink(true);
        assertThat(status().isReady()).isTrue();
        assertThat(status().shortfalls()).extracting(Shortfall::what).containsExactly("ipv6");
        b.addPeer(a, a.outer6);
        b.send(a, 2, 100);
        simulation.run(30 * SECOND);
        assertThat(a.received()).isEmpty();
        a.platform().bind().setIpv6(true);
        simulation.run(16 * SECOND);
        assertThat(status().shortfalls()).isEmpty();
        b.send(a, 4, 100);
        simulation.run(6 * SECOND);
        assertThat(a.received()).contains(4);
    }
}
