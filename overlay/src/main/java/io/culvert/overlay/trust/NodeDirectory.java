// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import java.nio.file.Path;

/**
 * The directory of a network on one machine: what a node needs, and on the enroller's machine the enrolment keys.
 *
 * @param path of the directory
 */
public record NodeDirectory(Path path) {
    /** Where it is unless said otherwise. */
    public static NodeDirectory of(String network) {
        return new NodeDirectory(Path.of("/etc/culvert/overlay", network));
    }

    /** The store's addresses and the pinned enrolment keys: {@link NetworkFile}. All may read it. */
    public Path network() {
        return path.resolve("network.json");
    }

    /** The node's private identity key. */
    public Path identity() {
        return path.resolve("identity.key");
    }

    /** The certificates that etcd's members are verified by. */
    public Path authority() {
        return path.resolve("ca.pem");
    }

    /** The certificate by which etcd knows this machine: its CN is the etcd user. */
    public Path certificate() {
        return path.resolve("client.pem");
    }

    /** The private key of {@link #certificate}, in PKCS #8. */
    public Path certificateKey() {
        return path.resolve("client.key");
    }

    /** The private enrolment key; on the enroller's machine only. */
    public Path enrolmentKey() {
        return path.resolve("enrolment.key");
    }

    /** The private enrolment key that comes next, while the key is rotated. */
    public Path nextEnrolmentKey() {
        return path.resolve("enrolment-next.key");
    }

    /** The serials that the enroller has seen and made. */
    public Path enrollerSerials() {
        return path.resolve("enroller.serials");
    }

    /** The authority of {@code --lab}; on the enroller's machine only. */
    public Path lab() {
        return path.resolve("lab");
    }
}
