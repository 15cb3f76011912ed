// SPDX-License-Identifier: Apache-2.0
/** WireGuard tunnels for Java programs, and the protocol and packet pipeline behind them. */
// Modules that packages are for are not there when this one is built.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic", "module"})
module io.culvert.engine {
    requires transitive io.culvert.natives;
    requires transitive io.culvert.ring;
    requires transitive io.culvert.crypto;
    requires org.agrona;

    exports io.culvert.engine;

    // The rest is for Culvert's own modules, and changes without notice.
    exports io.culvert.engine.io to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.device to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.linux to
            io.culvert.bench,
            io.culvert.daemon;
    exports io.culvert.engine.linux.tun to
            io.culvert.bench,
            io.culvert.daemon;
    exports io.culvert.engine.linux.udp to
            io.culvert.bench,
            io.culvert.daemon;
    exports io.culvert.engine.noise to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.packet to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.pipeline to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.routing to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    exports io.culvert.engine.timer to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine.testkit;
    // For the benchmarks of handshakes.
    exports io.culvert.engine.cookie to
            io.culvert.bench;
    exports io.culvert.engine.message to
            io.culvert.bench;
}
