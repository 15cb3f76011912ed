// SPDX-License-Identifier: Apache-2.0
/** ChaCha20-Poly1305 over trains of packets on the Vector API. */
// For Culvert's own modules, which are not there when this one is built.
@SuppressWarnings("module")
module io.culvert.crypto {
    requires java.management;
    requires jdk.incubator.vector;
    requires jdk.management;

    exports io.culvert.crypto to
            io.culvert.bench,
            io.culvert.daemon,
            io.culvert.engine,
            io.culvert.engine.testkit;
}
