// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import java.util.Locale;

/** Tells what a device says of its peers. */
record Narrator(World world, int host) implements DeviceListener {
    @Override
    public void sessionBegan(PublicKey peer, boolean initiator, boolean rekey, long nanos) {
        String role = initiator ? "initiator" : "responder";
        world.story.note("wg%d has a new session with %s, as %s", host, world.name(peer), role);
    }

    @Override
    public void handshakeFailed(HandshakeFailure why, PublicKey peer) {
        String reason = why.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        world.story.note(
                "wg%d: handshake with %s: %s", host, peer == null ? "an unknown peer" : world.name(peer), reason);
    }

    @Override
    public void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {
        world.story.note("wg%d follows %s from %s to %s", host, world.name(peer), text(from), text(to));
    }

    @Override
    public void sessionExpired(PublicKey peer) {
        world.story.note("wg%d forgets the keys of %s", host, world.name(peer));
    }

    private static String text(UdpEndpoint endpoint) {
        return World.text(endpoint.toSocketAddress());
    }
}
