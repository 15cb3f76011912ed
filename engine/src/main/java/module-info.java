// SPDX-License-Identifier: Apache-2.0
/** The WireGuard protocol and the packet pipeline. */
// The module that two packages are also for is not there when this one is built.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic", "module"})
module io.culvert.engine {
    requires transitive io.culvert.natives;
    requires transitive io.culvert.ring;
    requires transitive io.culvert.crypto;
    requires org.agrona;

    exports io.culvert.engine.io;
    exports io.culvert.engine.device;
    exports io.culvert.engine.linux;
    exports io.culvert.engine.linux.tun;
    exports io.culvert.engine.linux.udp;
    exports io.culvert.engine.noise;
    exports io.culvert.engine.packet;
    exports io.culvert.engine.pipeline;
    exports io.culvert.engine.routing;
    exports io.culvert.engine.timer;
    // For the benchmarks of handshakes.
    exports io.culvert.engine.cookie to
            io.culvert.bench;
    exports io.culvert.engine.message to
            io.culvert.bench;
}
