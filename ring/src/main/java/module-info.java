// SPDX-License-Identifier: Apache-2.0
/** io_uring, queues between threads, and slabs of packet memory. */
// For Culvert's own modules, which are not there when this one is built.
@SuppressWarnings("module")
module io.culvert.ring {
    requires transitive io.culvert.natives;
    requires org.jctools.core.jdk11;

    exports io.culvert.ring to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine,
            io.culvert.engine.testkit;
}
