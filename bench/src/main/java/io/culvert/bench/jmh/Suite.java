// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import java.util.List;

/**
 * The benchmarks of one part.
 *
 * @param name on the command line
 * @param what what is measured
 * @param references what the figures are to be compared with; measured in the same run
 * @param tasks what is done
 */
record Suite(String name, String what, String references, List<Task> tasks) {
    /** This suite with the tasks of a quick run only. */
    Suite quick() {
        return new Suite(
                name, what, references, tasks.stream().filter(Task::quick).toList());
    }
}
