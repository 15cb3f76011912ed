// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.flight.FlightRecording;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of a device in memory, recorded with the settings that are delivered. */
class FlightRecordingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Path SETTINGS = Repository.root().resolve("packaging/jfr/culvert.jfc");

    @TempDir
    private Path directory;

    private static Recording started() throws IOException, ParseException {
        Recording recording = new Recording(Configuration.create(SETTINGS));
        recording.start();
        return recording;
    }

    private List<RecordedEvent> events(Recording recording) throws IOException {
        recording.stop();
        Path file = directory.resolve("test.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.culvert."))
                .toList();
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("io.culvert." + name))
                .toList();
    }

    @Test
    void handshakesRoamingFailuresDropsAndThePortAreRecorded() throws IOException, ParseException {
        List<RecordedEvent> events;
        try (Recording recording = started();
                Simulation simulation = new Simulation(3, 1)) {
            Node a = simulation.node();
            Node b = simulation.node();
            try (FlightRecording _ = FlightRecording.of("wg0", b.device())) {
                a.addPeer(b, b.outer4);
                a.send(b, 0, 100);
                simulation.run(SECOND);
                b.addPeer(a, null);
                for (int i = 0; i < 140; i++) {
                    a.send(b, i, 100);
                    simulation.run(SECOND);
                }
                a.platform().bind().setAddresses(List.of(Address.of("198.51.100.77", 0), a.outer6));
                a.send(b, 1, 100);
                simulation.run(SECOND);
                b.send(simulation.node(), 1, 100);
                simulation.run(SECOND);
                b.tun().setLink(false);
            }
            events = events(recording);
            String peer = a.publicKey().toBase64();
            assertThat(of(events, "HandshakeFailure").getFirst())
                    .returns("unknown_peer", event -> event.getString("reason"))
                    .returns(peer, event -> event.getString("peer"));
            assertThat(of(events, "Handshake"))
                    .singleElement()
                    .returns("wg0", event -> event.getString("interfaceName"))
                    .returns(peer, event -> event.getString("peer"))
                    .returns(false, event -> event.getBoolean("initiator"));
            assertThat(of(events, "Rekey")).hasSize(1);
            assertThat(of(events, "Roaming"))
                    .singleElement()
                    .returns("192.0.2.1:51820", event -> event.getString("from"))
                    .returns("198.51.100.77:51820", event -> event.getString("to"));
            assertThat(of(events, "Drops"))
                    .singleElement()
                    .returns("tx_no_peer", event -> event.getString("cause"))
                    .returns(1L, event -> event.getLong("packets"));
            assertThat(of(events, "Port").getFirst()).returns(51_820, event -> event.getInt("open"));
            assertThat(of(events, "Port").getLast())
                    .returns(0, event -> event.getInt("open"))
                    .returns("the interface is down", event -> event.getString("reason"));
        }
    }

    @Test
    void shortfallsAreRecordedWhenTheyBeginAndEnd() throws IOException, ParseException {
        try (Recording recording = started();
                Simulation simulation = new Simulation(3, 1)) {
            Node node = simulation.downNode();
            try (FlightRecording _ = FlightRecording.of("wg0", node.device())) {
                node.platform().bind().setIpv6(false);
                node.tun().setLink(true);
                node.tun().setLink(false);
                node.tun().setLink(true);
                node.platform().bind().setIpv6(true);
                simulation.run(40 * SECOND);
                node.tun().setLink(false);
                node.tun().setLink(true);
            }
            assertThat(of(events(recording), "Shortfall"))
                    .extracting(event -> event.getString("what") + ": " + event.getString("reason"))
                    .startsWith("ipv6: the host has none")
                    .endsWith("ipv6: ");
        }
    }

    /** The settings name all events, and no others of Culvert. */
    @Test
    void settingsNameEveryEvent() throws IOException, ParseException {
        Set<String> settings = Configuration.create(SETTINGS).getSettings().keySet().stream()
                .filter(key -> key.startsWith("io.culvert."))
                .map(key -> key.substring(0, key.indexOf('#')))
                .collect(Collectors.toCollection(TreeSet::new));
        Path types = Repository.root().resolve("daemon/src/main/java/io/culvert/daemon/flight/FlightEvents.java");
        Set<String> named = Pattern.compile("@Name\\(\"(.*)\"\\)")
                .matcher(Repository.text(types))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSize(10);
        assertThat(settings).isEqualTo(named);
    }
}
