// SPDX-License-Identifier: Apache-2.0
/** Bindings to liburing, sockets, TUN, eventfd and clocks, and the class that owns raw memory access. */
// For Culvert's own modules, which are not there when this one is built.
@SuppressWarnings("module")
module io.culvert.natives {
    exports io.culvert.natives to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine,
            io.culvert.engine.testkit,
            io.culvert.ring;
    exports io.culvert.natives.linux to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine,
            io.culvert.engine.testkit,
            io.culvert.ring;
    exports io.culvert.natives.generated to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine,
            io.culvert.engine.testkit,
            io.culvert.ring;
}
