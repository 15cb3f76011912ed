// SPDX-License-Identifier: Apache-2.0
/** The platform in memory, for tests and benchmarks. */
module io.culvert.engine.testkit {
    requires transitive io.culvert.engine;

    exports io.culvert.engine.testkit;
    exports io.culvert.engine.testkit.seeded;
}
