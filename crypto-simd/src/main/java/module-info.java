/** ChaCha20-Poly1305 over trains of packets, on the Vector API. */
module io.culvert.crypto {
    requires jdk.incubator.vector;

    exports io.culvert.crypto;
}
