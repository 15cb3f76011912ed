// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import java.util.List;

/**
 * A change of one peer.
 *
 * @param remove whether the peer goes; all else is left out then
 * @param updateOnly whether a peer that is not there stays so
 * @param endpoint where packets go until the peer roams; empty to leave it as it is
 * @param keepaliveSeconds interval of keepalives, 0 for none; negative to leave it as it is
 * @param allowedIps all prefixes of the peer from now on; null to leave them as they are
 */
public record PeerChange(
        Key key, boolean remove, boolean updateOnly, String endpoint, int keepaliveSeconds, List<Prefix> allowedIps) {
    private static final int AS_IT_IS = -1;

    /** A new peer, or all settings of one. */
    public static PeerChange set(Key key, String endpoint, int keepaliveSeconds, List<Prefix> allowedIps) {
        return new PeerChange(key, false, false, endpoint, keepaliveSeconds, allowedIps);
    }

    /** Another endpoint for a peer that is there. */
    public static PeerChange endpoint(Key key, String endpoint) {
        return new PeerChange(key, false, true, endpoint, AS_IT_IS, null);
    }

    /** Other prefixes, and another interval of keepalives, for a peer that is there. */
    public static PeerChange allowedIps(Key key, int keepaliveSeconds, List<Prefix> allowedIps) {
        return new PeerChange(key, false, true, "", keepaliveSeconds, allowedIps);
    }

    /** Another interval of keepalives for a peer that is there; when it is turned on, one is sent at once. */
    public static PeerChange keepalive(Key key, int seconds) {
        return new PeerChange(key, false, true, "", seconds, null);
    }

    /** The end of a peer. */
    public static PeerChange remove(Key key) {
        return new PeerChange(key, true, false, "", AS_IT_IS, null);
    }
}
