package io.culvert.crypto;

/** Instances of one implementation, whatever would be chosen. */
final class Implementations {
    private Implementations() {}

    static Aead create(String name) {
        return switch (name) {
            case "vector-512" -> new VectorAead(new Kernels512());
            case "vector-256" -> new VectorAead(new Kernels256());
            case "jce" -> new JceAead();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
