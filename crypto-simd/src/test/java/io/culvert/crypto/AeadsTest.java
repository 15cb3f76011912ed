package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AeadsTest {
    private static final Supplier<Optional<String>> MISSING = () -> Optional.of("not here");

    @Test
    void openSslServesAtFirstWhereItIs() {
        for (String property : List.of("auto", "vector-512", "vector-256", "openssl")) {
            assertThat(Aeads.first(property, Optional::empty)).isEqualTo("openssl");
        }
        assertThat(Aeads.first("jce", Optional::empty)).isEqualTo("jce");
    }

    @Test
    void jceServesAtFirstWhereOpenSslIsMissing() {
        for (String property : List.of("auto", "vector-512", "vector-256", "jce")) {
            assertThat(Aeads.first(property, MISSING)).isEqualTo("jce");
        }
    }

    /** By the property that this module's tests run with. */
    @Test
    void jceCanBeForced() {
        try (Aead aead = Aeads.create()) {
            assertThat(aead.implementation()).isEqualTo("jce");
            assertThat(Aeads.warmedUp()).as("there is nothing to wait for").isCompleted();
        }
    }

    @Test
    void instancesChangeOverAtTheirNextTrain() {
        AtomicReference<String> heard = new AtomicReference<>();
        Aeads.onChange(heard::set);
        try (Aead aead = Aeads.create();
                SelfTest test = new SelfTest(100, 200)) {
            assertThat(test.holds(aead)).isTrue();
            Aeads.changeOver(new Kernels256(), new Aeads.ChangeOver("vector-256", Duration.ofMillis(5), "jce", 2));
            assertThat(test.holds(aead)).isTrue();
            assertThat(aead.implementation()).isEqualTo("vector-256");
            assertThat(Aeads.implementation()).isEqualTo("vector-256");
            assertThat(heard.get()).isEqualTo("vector-256");
            assertThat(Aeads.lastChange())
                    .hasValueSatisfying(
                            change -> assertThat(change.timesFormer()).isEqualTo(2));
        }
    }

    @Test
    void thePropertyForcesOne() {
        assertThat(Aeads.candidates("jce", MISSING)).isEmpty();
        assertThat(Aeads.candidates("openssl", Optional::empty)).isEmpty();
        assertThat(Aeads.candidates("vector-256", MISSING)).hasOnlyElementsOfType(Kernels256.class);
        assertThat(Aeads.candidates("vector-512", MISSING)).hasOnlyElementsOfType(Kernels512.class);
        assertThatThrownBy(() -> Aeads.candidates("fast", MISSING)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Aeads.candidates("openssl", MISSING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not here");
    }

    @Test
    void selfTestIsAnchored() {
        try (SelfTest test = new SelfTest(SelfTest.KNOWN_LENGTH, 3)) {
            assertThat(test.anchored()).isTrue();
        }
        try (SelfTest test = new SelfTest(SelfTest.KNOWN_LENGTH + 1)) {
            assertThat(test.anchored()).isFalse();
        }
    }

    @Test
    void selfTestRefusesWhatIsWrong() {
        try (SelfTest test = new SelfTest(100, 20);
                Aead jce = new JceAead()) {
            assertThat(test.holds(jce)).isTrue();
            assertThat(test.holds(new Broken(jce, 1, 0))).isFalse();
            assertThat(test.holds(new Broken(jce, 0, -1))).isFalse();
        }
    }

    /** Kernels that are wrong must never serve, even when they are forced. */
    @Test
    void wrongKernelsDoNotServe() {
        AtomicReference<Kernels> serving = new AtomicReference<>();
        new WarmUp(List.of(new SilentKernels()), true, JceAead::new, (kernels, change) -> serving.set(kernels)).run();
        assertThat(serving.get()).isNull();
    }

    /** Does nothing at all, very fast. */
    private static final class SilentKernels extends Kernels {
        @Override
        int lanes() {
            return 8;
        }

        @Override
        String implementation() {
            return "silent";
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
