// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_AFTER_MESSAGES;
import static io.culvert.engine.message.Limits.REKEY_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;

import io.culvert.engine.noise.Keypair;

/** When a session calls for a new key (the kernel's keep_key_fresh). Pure functions. */
final class KeyRenewal {
    private KeyRenewal() {}

    /**
     * After a send (send.c).
     *
     * @param counter of the last message
     * @param lastSentHandshake the time of the last handshake message; {@code false} while an initiation would be too
     *     early after it
     */
    static boolean isDue(Keypair<?> keypair, long counter, long now, long lastSentHandshake) {
        return (Long.compareUnsigned(counter, REKEY_AFTER_MESSAGES) >= 0
                        || keypair.isInitiator() && now - keypair.createdNanos() >= REKEY_AFTER_TIME)
                && now - lastSentHandshake >= REKEY_TIMEOUT;
    }

    /** After a receive (receive.c): an age at which a side that sends has renewed the key already. */
    static boolean isInLastMinute(Keypair<?> keypair, long now) {
        return keypair.isInitiator()
                && now - keypair.createdNanos() >= REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT;
    }
}
