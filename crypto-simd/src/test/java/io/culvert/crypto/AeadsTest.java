// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AeadsTest {
    private static final Supplier<Optional<String>> MISSING = () -> Optional.of("not here");

    @Test
    void openSslServesFirstWhereItIs() {
        for (AeadChoice choice : EnumSet.complementOf(EnumSet.of(AeadChoice.JCE))) {
            assertThat(new Aeads(choice, Optional::empty).implementation()).isEqualTo("openssl");
        }
        assertThat(new Aeads(AeadChoice.JCE, Optional::empty).implementation()).isEqualTo("jce");
    }

    @Test
    void jceServesFirstWhereOpenSslIsMissing() {
        for (AeadChoice choice : EnumSet.complementOf(EnumSet.of(AeadChoice.OPENSSL))) {
            assertThat(new Aeads(choice, MISSING).implementation()).isEqualTo("jce");
        }
    }

    /** Seals and opens in a JVM without the Vector API, and prints what served. */
    static final class WithoutVectors {
        public static void main(String[] arguments) throws Exception {
            Aeads aeads = new Aeads(AeadChoice.parse(arguments[0]));
            try (Aead aead = aeads.create();
                    SelfTest test = new SelfTest(100, 200)) {
                aeads.warmedUp().get(60, TimeUnit.SECONDS);
                System.out.println(test.passes(aead) + " " + aead.implementation() + " "
                        + aeads.warmedUp().isDone());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "jce"})
    void programWithoutTheVectorApiIsServedAndToldWhy(String choice) throws IOException {
        Process process = OtherJvm.start(OtherJvm.withoutVectors(WithoutVectors.class, choice));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean openssl = OpensslAead.unavailableReason().isEmpty() && choice.equals("auto");
        assertThat(output).contains("true " + (openssl ? "openssl" : "jce") + " true");
        if (choice.equals("auto")) {
            assertThat(output).contains("without the Vector API: add --add-modules jdk.incubator.vector");
        }
    }

    @Test
    void kernelsCannotBeForcedWithoutTheVectorApi() throws IOException {
        Process process = OtherJvm.start(OtherJvm.withoutVectors(WithoutVectors.class, "vector-256"));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output)
                .contains("IllegalArgumentException: the vector kernels cannot be used: the JVM was started without");
    }

    /** Also where its vectors are as wide as those of x86, as SVE's may be. */
    @Test
    void kernelsAreNotChosenOnOtherProcessors() {
        String processor = System.getProperty("os.arch");
        try {
            System.setProperty("os.arch", "aarch64");
            assertThat(new Aeads(AeadChoice.AUTO).candidates()).isEmpty();
            assertThat(new Aeads(AeadChoice.VECTOR_256).candidates()).hasSize(1);
        } finally {
            System.setProperty("os.arch", processor);
        }
    }

    @Test
    void jceCanBeForced() {
        Aeads aeads = new Aeads(AeadChoice.JCE);
        try (Aead aead = aeads.create()) {
            assertThat(aead.implementation()).isEqualTo("jce");
            assertThat(aeads.warmedUp()).as("no kernels to warm up").isCompleted();
        }
    }

    @Test
    void instancesChangeOverAtTheirNextTrain() {
        Aeads aeads = new Aeads(AeadChoice.JCE);
        Aeads others = new Aeads(AeadChoice.JCE);
        AtomicReference<String> reported = new AtomicReference<>();
        aeads.onChange(reported::set);
        try (Aead aead = aeads.create();
                Aead other = others.create();
                SelfTest test = new SelfTest(100, 200)) {
            assertThat(test.passes(aead)).isTrue();
            aeads.changeOver(new Kernels256(), new Aeads.ChangeOver("vector-256", Duration.ofMillis(5), "jce", 2));
            assertThat(test.passes(aead)).isTrue();
            assertThat(aead.implementation()).isEqualTo("vector-256");
            assertThat(aeads.implementation()).isEqualTo("vector-256");
            assertThat(reported.get()).isEqualTo("vector-256");
            assertThat(aeads.lastChange())
                    .hasValueSatisfying(
                            change -> assertThat(change.timesFormer()).isEqualTo(2));

            assertThat(test.passes(other)).isTrue();
            assertThat(other.implementation()).as("of another Aeads").isEqualTo("jce");
            assertThat(others.lastChange()).isEmpty();
        }
    }

    @Test
    void choiceRestrictsTheKernels() {
        assertThat(new Aeads(AeadChoice.JCE, MISSING).candidates()).isEmpty();
        assertThat(new Aeads(AeadChoice.OPENSSL, Optional::empty).candidates()).isEmpty();
        assertThat(new Aeads(AeadChoice.VECTOR_256, MISSING).candidates()).hasOnlyElementsOfType(Kernels256.class);
        assertThat(new Aeads(AeadChoice.VECTOR_512, MISSING).candidates()).hasOnlyElementsOfType(Kernels512.class);
        assertThatThrownBy(() -> new Aeads(AeadChoice.OPENSSL, MISSING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not here");
    }

    @Test
    void choiceIsParsedFromItsName() {
        for (AeadChoice choice : AeadChoice.values()) {
            assertThat(AeadChoice.parse(choice.toString())).isSameAs(choice);
        }
        assertThat(AeadChoice.parse("vector-512")).isSameAs(AeadChoice.VECTOR_512);
        assertThatThrownBy(() -> AeadChoice.parse("fast"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown AEAD implementation \"fast\","
                        + " expected one of auto, vector-512, vector-256, openssl, jce");
    }

    /** In a JVM of its own, since that is where kernels are compiled for the first time. */
    @Test
    void twoWarmUpsInOneJvmBothSucceed() throws IOException, InterruptedException {
        Assumptions.assumeTrue(IntVector.SPECIES_PREFERRED.vectorBitSize() >= 256, "no vectors of 256 bits");
        Process process = OtherJvm.start(OtherJvm.embedding(TwoWarmUps.class));
        String output = new String(process.getInputStream().readAllBytes());

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("both serve");
    }

    /** Warms up twice at the same time, and checks what serves then. */
    static final class TwoWarmUps {
        private TwoWarmUps() {}

        public static void main(String[] arguments) {
            List<Aeads> both = List.of(new Aeads(AeadChoice.VECTOR_256), new Aeads(AeadChoice.VECTOR_256));
            both.forEach(Aeads::warmUp);
            for (Aeads aeads : both) {
                aeads.warmedUp().join();
                try (Aead aead = aeads.create();
                        SelfTest test = new SelfTest(SelfTest.KNOWN_LENGTH, 3)) {
                    if (!test.hasKnownTag()
                            || !test.passes(aead)
                            || !aead.implementation().equals("vector-256")) {
                        throw new AssertionError(aead.implementation());
                    }
                }
            }
            System.out.println("both serve");
        }
    }

    @Test
    void selfTestMatchesAKnownTag() {
        try (SelfTest test = new SelfTest(SelfTest.KNOWN_LENGTH, 3)) {
            assertThat(test.hasKnownTag()).isTrue();
        }
        try (SelfTest test = new SelfTest(SelfTest.KNOWN_LENGTH + 1)) {
            assertThat(test.hasKnownTag()).isFalse();
        }
    }

    @Test
    void selfTestFailsForFaultyImplementations() {
        try (SelfTest test = new SelfTest(100, 20);
                Aead jce = new JceAead()) {
            assertThat(test.passes(jce)).isTrue();
            assertThat(test.passes(new FaultyAead(jce, 1, 0))).isFalse();
            assertThat(test.passes(new FaultyAead(jce, 0, -1))).isFalse();
        }
    }

    /** Not even when they are forced. */
    @Test
    void faultyKernelsNeverServe() {
        AtomicReference<Kernels> serving = new AtomicReference<>();
        new WarmUp(List.of(new NoOpKernels()), true, JceAead::new, (kernels, change) -> serving.set(kernels)).run();
        assertThat(serving.get()).isNull();
    }

    /** Kernels that do nothing, and are fast. */
    private static final class NoOpKernels extends Kernels {
        @Override
        int lanes() {
            return 8;
        }

        @Override
        String implementation() {
            return "no-op";
        }

        @Override
        void keys(long state, long poly, long counters) {}

        @Override
        void spread(long state, long counter, int firstBlock) {}

        @Override
        void cipher(long state, long[] sources, long[] targets, long offset, int passes, int stride) {}

        @Override
        void blocks4(long state, long counter, int firstBlock, long keystream) {}

        @Override
        void blocks8(long state, long counter, int firstBlock, long keystream) {}

        @Override
        void key(long state, long key) {}

        @Override
        void zero(long address, int rows) {}

        @Override
        void powers(long poly) {}

        @Override
        void absorbRun(long poly, long message, int steps) {}

        @Override
        void xor(long keystream, long source, long target, int blocks) {}

        @Override
        void transpose(long[] sources, int half, long offset, int blocks, long target) {}

        @Override
        void absorb(long poly, long message, long distance, int steps) {}

        @Override
        void finish(long poly, long message, int steps) {}
    }
}
