package io.culvert.bench.jmh;

import java.util.List;

/**
 * The benchmarks of one part.
 *
 * @param name by which it is asked for
 * @param what what is measured
 * @param comparedWith what the figures are to be compared with, all of it measured in the same run
 * @param tasks what is done
 */
record Suite(String name, String what, String comparedWith, List<Task> tasks) {
    /** The same with only what belongs into a quick run. */
    Suite quick() {
        return new Suite(
                name, what, comparedWith, tasks.stream().filter(Task::quick).toList());
    }
}
