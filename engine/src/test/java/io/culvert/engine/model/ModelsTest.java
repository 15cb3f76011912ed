// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TLC checks the models of src/model in all interleavings. Each rule of a protocol is taken out once, and TLC must then
 * find a violation: a model that holds without the rule would not show that the rule is needed.
 */
class ModelsTest {
    /** TLC looks for a configuration beside the model unless that is in the working directory. */
    private static final Path MODELS = Path.of("src/model").toAbsolutePath();

    private static final String NO_ERROR = "Model checking completed. No error has been found.";

    @TempDir
    private Path directory;

    private static Map<String, String> trainQueue(String workers, int trains) {
        Map<String, String> constants = new TreeMap<>(Map.of(
                "FenceBySleeper", "TRUE",
                "FenceByProducer", "TRUE",
                "Requests", "TRUE",
                "Rereads", "TRUE",
                "LooksFirst", "TRUE"));
        constants.putAll(Map.of("Workers", workers, "Home", "w1", "Trains", Integer.toString(trains)));
        return constants;
    }

    private static Map<String, String> keypairs(int initiations, boolean disturbed) {
        String flag = Boolean.toString(disturbed).toUpperCase(Locale.ROOT);
        return new TreeMap<>(Map.of(
                "Initiations", Integer.toString(initiations),
                "Retries", "0",
                "Overlap", flag,
                "Loses", flag,
                "ChecksTimestamps", "TRUE",
                "KeepsPrevious", "TRUE",
                "AwaitsConfirmation", "TRUE"));
    }

    private static final List<String> OF_TRAIN_QUEUE =
            List.of("INVARIANTS OneHolder InOrder NoStall", "PROPERTY AllCommitted");
    private static final List<String> OF_KEYPAIRS = List.of("INVARIANTS SendsWhatIsDerived OneSlotEach ReadableInTurn");

    @Test
    void noTrainIsStuckAndAllAreCommittedInOrder() throws Exception {
        assertThat(check("TrainQueue", trainQueue("{w1, w2}", 3), OF_TRAIN_QUEUE))
                .contains(NO_ERROR);
    }

    @Test
    void threeWorkersAgreeToo() throws Exception {
        assertThat(check("TrainQueue", trainQueue("{w1, w2, w3}", 2), OF_TRAIN_QUEUE.subList(0, 1)))
                .contains(NO_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FenceBySleeper", "FenceByProducer", "Requests", "Rereads", "LooksFirst"})
    void aWakeUpIsLostWithout(String rule) throws Exception {
        Map<String, String> constants = trainQueue("{w1, w2}", 3);
        constants.replace(rule, "FALSE");
        assertThat(check("TrainQueue", constants, OF_TRAIN_QUEUE.subList(0, 1)))
                .contains("Invariant NoStall is violated");
    }

    @Test
    void sessionsAreConsistentWhenBothSidesRekeyAtOnceAndMessagesAreLost() throws Exception {
        assertThat(check("Keypairs", keypairs(1, true), OF_KEYPAIRS)).contains(NO_ERROR);
    }

    @Test
    void whatIsSentIsReceivedWhenSidesRekeyInTurn() throws Exception {
        assertThat(check("Keypairs", keypairs(3, false), OF_KEYPAIRS)).contains(NO_ERROR);
    }

    @Test
    void aSideThatGoesOnToTryRecoversTheTunnel() throws Exception {
        Map<String, String> constants = keypairs(1, true);
        constants.replace("Retries", "3");
        assertThat(check("Keypairs", constants, List.of("PROPERTY Recovers"))).contains(NO_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "ChecksTimestamps, true, OneSlotEach",
        "AwaitsConfirmation, true, SendsWhatIsDerived",
        "KeepsPrevious, false, ReadableInTurn"
    })
    void sessionsAreInconsistentWithout(String rule, boolean disturbed, String violated) throws Exception {
        Map<String, String> constants = keypairs(disturbed ? 1 : 3, disturbed);
        constants.replace(rule, "FALSE");
        assertThat(check("Keypairs", constants, OF_KEYPAIRS)).contains("Invariant " + violated + " is violated");
    }

    /** Runs TLC in a process of its own, since it keeps its state in static fields; returns what it prints. */
    private String check(String model, Map<String, String> constants, List<String> properties)
            throws IOException, InterruptedException {
        String assigned = constants.entrySet().stream()
                .map(constant -> "  " + constant.getKey() + " = " + constant.getValue())
                .collect(Collectors.joining("\n"));
        Path configuration = directory.resolve("model.cfg");
        Files.writeString(
                configuration,
                "SPECIFICATION Spec\nCHECK_DEADLOCK FALSE\nCONSTANTS\n" + assigned + "\n"
                        + String.join("\n", properties) + "\n");
        Process tlc = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseParallelGC",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        tlaTools(),
                        "tlc2.TLC",
                        "-workers",
                        "auto",
                        "-metadir",
                        directory.resolve("states").toString(),
                        "-config",
                        configuration.toString(),
                        model)
                .directory(MODELS.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(tlc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        tlc.waitFor();
        return output;
    }

    private static String tlaTools() {
        try {
            Class<?> program = Class.forName("tlc2.TLC", false, ModelsTest.class.getClassLoader());
            return new File(program.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new AssertionError("the TLA+ tools are no dependency of the tests", e);
        }
    }
}
