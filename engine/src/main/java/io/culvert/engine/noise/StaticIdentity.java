// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

/**
 * A device's static key pair. Immutable; any thread may use it while it holds a reference. Methods of this package that
 * need the private key take a reference themselves, and treat a freed identity as none.
 */
public final class StaticIdentity extends ReferenceCounted {
    private final Secret privateKey;
    private final PublicKey publicKey;

    /** The identity of a private key, which is copied and clamped. */
    public StaticIdentity(Secret privateKey) {
        this.privateKey = privateKey.copy();
        Curve25519.clamp(this.privateKey.address());
        try (Secret point = new Secret()) {
            Curve25519.publicKey(this.privateKey.address(), point.address());
            publicKey = PublicKey.at(point.address());
        }
    }

    /** Whether both are {@code null}, or have one key: clamped private keys are equal if the public keys are. */
    public static boolean areSame(StaticIdentity a, StaticIdentity b) {
        return a == null || b == null ? a == b : a.publicKey().equals(b.publicKey());
    }

    /** The public key; valid without a reference. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** A copy of the clamped private key, which the caller closes. The caller holds a reference. */
    public Secret copyPrivateKey() {
        return privateKey.copy();
    }

    /** X25519 of the private key; see {@link Curve25519#sharedSecret}. The caller holds a reference. */
    boolean sharedSecret(long remotePublic, long secret) {
        return Curve25519.sharedSecret(privateKey.address(), remotePublic, secret);
    }

    @Override
    void free() {
        privateKey.close();
    }
}
