// SPDX-License-Identifier: Apache-2.0
/** ChaCha20-Poly1305 over trains of packets on the Vector API. */
module io.culvert.crypto {
    requires java.management;
    requires jdk.incubator.vector;
    requires jdk.management;

    exports io.culvert.crypto;
}
