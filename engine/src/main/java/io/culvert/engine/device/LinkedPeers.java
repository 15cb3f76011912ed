// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import java.util.function.Consumer;

/** Lets all peers of a device follow its link. Under the device's lock. */
final class LinkedPeers implements DeviceLink.Peers {
    private final Consumer<Consumer<Peer>> all;

    /** {@code all} runs an action for each peer, at its home. */
    LinkedPeers(Consumer<Consumer<Peer>> all) {
        this.all = all;
    }

    @Override
    public void start() {
        all.accept(peer -> peer.configuration().start());
    }

    @Override
    public void startSending() {
        all.accept(peer -> peer.configuration().startSending());
    }

    @Override
    public void stop(long since) {
        all.accept(peer -> peer.configuration().stop(since));
    }
}
