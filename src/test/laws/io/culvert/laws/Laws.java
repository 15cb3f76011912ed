// SPDX-License-Identifier: Apache-2.0
package io.culvert.laws;

import java.util.SplittableRandom;

/**
 * Checks that a law holds for random values. Call it inside a test:
 *
 * <pre>{@code
 * Laws.check(draw -> {
 *     int id = draw.integer(0, 255);
 *     assertThat(UserData.id(UserData.of(id))).isEqualTo(id);
 * });
 * }</pre>
 *
 * <p>A law must depend on nothing but its draws. When a case fails, sizes are searched upwards from 0, and an {@link
 * AssertionError} reports the smallest case that fails. The seed is a new one at each call, unless the system property
 * {@value #SEED} sets it; with {@value #SIZE} too, only that one case is run. A law that holds prints nothing.
 */
public final class Laws {
    static final String SEED = "culvert.property.seed";
    static final String SIZE = "culvert.property.size";

    private static final int TRIES_PER_SIZE = 10;
    private static final String REPORT = """
            %s failed in %s. The smallest case found is of size %d:
              drawn: %s
              replay: -Dtest='%1$s' -Dculvert.property.seed=%dL -Dculvert.property.size=%3$d
              cause: %s""";

    private Laws() {}

    /** What must hold for all values drawn. */
    public interface Law {
        /** Fails by any exception or error. */
        void holdsFor(Draw draw) throws Exception;
    }

    private record Failure(long seed, int size, Draw draw, Throwable cause) {}

    /** Checks 1,000 cases. */
    public static void check(Law law) {
        check(1000, law);
    }

    /** Checks {@code tries} cases. */
    public static void check(int tries, Law law) {
        check(new SplittableRandom().nextLong(), tries, law);
    }

    /** Checks {@code tries} cases that are the same in every run, for a law that chance can break in rare cases. */
    public static void check(long seed, int tries, Law law) {
        String test = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(frame -> frame.getDeclaringClass() != Laws.class)
                        .map(frame -> frame.getDeclaringClass().getSimpleName() + '#' + frame.getMethodName())
                        .findFirst()
                        .orElseThrow());
        check(test, System.getProperty(SEED, "" + seed), System.getProperty(SIZE), tries, law);
    }

    static void check(String test, String seedText, String fixedSize, int tries, Law law) {
        long seed = Long.parseLong(seedText.replace("L", ""));
        if (fixedSize != null) {
            report(test, "the replayed case", run(law, seed, Integer.parseInt(fixedSize)));
            return;
        }
        for (int i = 0; i < tries; i++) {
            Failure failure = run(law, seed + i, Draw.FULL);
            if (failure != null) {
                report(test, "case %d of %d".formatted(i + 1, tries), shrink(law, failure));
            }
        }
    }

    private static Failure run(Law law, long seed, int size) {
        Draw draw = new Draw(seed, size);
        try {
            law.holdsFor(draw);
            return null;
        } catch (Throwable e) {
            return new Failure(seed, size, draw, e);
        }
    }

    private static Failure shrink(Law law, Failure failure) {
        for (int size = 0; size < Draw.FULL; size++) {
            for (int i = 0; i < TRIES_PER_SIZE; i++) {
                Failure smaller = run(law, failure.seed + i, size);
                if (smaller != null) {
                    return smaller;
                }
            }
        }
        return failure;
    }

    private static void report(String test, String which, Failure failure) {
        if (failure != null) {
            String drawn = failure.draw.drawn();
            throw new AssertionError(
                    REPORT.formatted(test, which, failure.size, drawn, failure.seed, failure.cause), failure.cause);
        }
    }
}
