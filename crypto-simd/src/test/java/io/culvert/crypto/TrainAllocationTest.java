// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once the kernels serve, trains allocate nothing. In a JVM of its own, as this depends on what a JVM ran before. */
class TrainAllocationTest {
    @ParameterizedTest
    @ValueSource(ints = {512, 256})
    void nothingIsAllocatedOnceTheKernelsServe(int bits) throws IOException, InterruptedException {
        Assumptions.assumeTrue(IntVector.SPECIES_PREFERRED.vectorBitSize() >= bits, "no vectors of " + bits + " bits");
        Process process = OtherJvm.start(OtherJvm.embedding(Trains.class, "vector-" + bits));
        String output = new String(process.getInputStream().readAllBytes());

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("vector-" + bits + " allocated 0 bytes");
    }

    /** Waits for the kernels, then prints how many bytes a full train and one of two packets allocate. */
    static final class Trains {
        private static final int ROUNDS = 1_000;
        private static final int ATTEMPTS = 50;
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private Trains() {}

        public static void main(String[] arguments) throws InterruptedException {
            Aeads aeads = new Aeads(AeadChoice.parse(arguments[0]));
            try (Aead aead = aeads.create();
                    SelfTest full = new SelfTest(filled(64));
                    SelfTest pair = new SelfTest(filled(2))) {
                while (aeads.lastChange().isEmpty()) {
                    Thread.sleep(10);
                }
                long bytes = Long.MAX_VALUE;
                // The smallest kernels are called least and compiled last.
                for (int attempt = 0; attempt < ATTEMPTS && bytes > 0; attempt++) {
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    run(aead, full, pair);
                    bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
                }
                System.out.println(aead.implementation() + " allocated " + bytes + " bytes");
            }
        }

        private static int[] filled(int count) {
            int[] lengths = new int[count];
            Arrays.fill(lengths, 1400);
            return lengths;
        }

        private static void run(Aead aead, SelfTest full, SelfTest pair) {
            for (int round = 0; round < ROUNDS; round++) {
                full.nanos(aead);
                pair.nanos(aead);
            }
        }
    }
}
