// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.engine.noise.Blake2s;
import io.culvert.engine.noise.PublicKey;
import java.nio.charset.StandardCharsets;

/** The MAC keys, derived from the public key of the receiver of a message (paper, section 5.4.4). */
final class Macs {
    static final int COOKIE_BYTES = 16;

    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(StandardCharsets.US_ASCII);

    private Macs() {}

    static byte[] mac1Key(PublicKey receiver) {
        return Blake2s.hash(LABEL_MAC1, receiver.toBytes());
    }

    /** The key of cookie replies from {@code receiver}, which received the message that the reply answers. */
    static byte[] cookieKey(PublicKey receiver) {
        return Blake2s.hash(LABEL_COOKIE, receiver.toBytes());
    }
}
