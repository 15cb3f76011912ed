// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;

/** Builds a {@link PeerUpdate} from the lines that follow a {@code public_key}. Not thread-safe. */
final class UapiPeer {
    private final PublicKey publicKey;
    private final EnumSet<UapiKey> seen = EnumSet.noneOf(UapiKey.class);
    private final List<AllowedIp> allowedIps = new ArrayList<>();
    private Secret presharedKey;
    private InetSocketAddress endpoint;
    private OptionalInt keepaliveSeconds = OptionalInt.empty();

    UapiPeer(PublicKey publicKey) {
        this.publicKey = publicKey;
    }

    PublicKey publicKey() {
        return publicKey;
    }

    void accept(UapiLine line) throws UapiException {
        if (!seen.add(line.key()) && !line.key().mayRepeat()) {
            throw line.duplicate();
        }
        switch (line.key()) {
            case REMOVE, UPDATE_ONLY, REPLACE_ALLOWED_IPS -> line.requireTrue();
            case PRESHARED_KEY -> presharedKey = line.secret();
            case ENDPOINT -> endpoint = line.endpoint();
            case PERSISTENT_KEEPALIVE_INTERVAL -> keepaliveSeconds = OptionalInt.of((int) line.number(65_535));
            case ALLOWED_IP -> allowedIps.add(line.allowedIp());
            case PROTOCOL_VERSION -> {
                if (line.number(1) != 1) {
                    throw line.bad("expected 1");
                }
            }
            default -> throw new AssertionError(line.key());
        }
    }

    /** Returns the update, which takes ownership of the preshared key. */
    PeerUpdate finish() {
        return new PeerUpdate(
                publicKey,
                seen.contains(UapiKey.REMOVE),
                seen.contains(UapiKey.UPDATE_ONLY),
                presharedKey,
                endpoint,
                keepaliveSeconds,
                seen.contains(UapiKey.REPLACE_ALLOWED_IPS),
                List.copyOf(allowedIps));
    }
}
