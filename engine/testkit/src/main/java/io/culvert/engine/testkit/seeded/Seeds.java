// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.testkit.seeded.SeededSimulation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Runs the simulations of many seeds, on all cores. */
public final class Seeds {
    private Seeds() {}

    /**
     * Runs the simulations of {@code count} seeds from {@code first} on.
     *
     * @return those in which an invariant does not hold, by seed
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    public static List<Outcome> violations(long first, int count) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        int threads = Runtime.getRuntime().availableProcessors();
        List<Future<List<Outcome>>> parts = new ArrayList<>();
        List<Outcome> violations = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                parts.add(executor.submit(() -> run(first, count, next)));
            }
            for (Future<List<Outcome>> part : parts) {
                violations.addAll(part.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a simulation failed by itself", e.getCause());
        }
        violations.sort((a, b) -> Long.compare(a.seed(), b.seed()));
        return violations;
    }

    private static List<Outcome> run(long first, int count, AtomicLong next) {
        List<Outcome> violations = new ArrayList<>();
        for (long i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            Outcome outcome = SeededSimulation.run(first + i);
            if (outcome.violation().isPresent()) {
                violations.add(outcome);
            }
        }
        return violations;
    }

    /** Says what does not hold in a simulation, and how to replay it. */
    public static String text(Outcome outcome) {
        Violation violation = outcome.violation().orElseThrow();
        return "seed %d: broken: %s: %s%n  replay: bin/culvert simulate --seed %d"
                .formatted(outcome.seed(), violation.invariant().text(), violation.getMessage(), outcome.seed());
    }
}
