// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

/** What holds in every simulation. */
public enum Invariant {
    /** A packet comes out at the host for which it was routed, as it went in, and nowhere else. */
    PLAINTEXT("plaintext reaches no wrong peer, and no changed or forged packet comes out"),
    /** No two messages are sealed under the same key with the same nonce. */
    NONCE("no nonce is used twice under a key"),
    /** A packet that went in once comes out once at most. */
    ONCE("no packet comes out twice"),
    /**
     * While the network keeps the order of datagrams, and each host that of the packets of one queue, the packets of a
     * flow come out in the order in which they went in. Packets may be missing.
     */
    ORDER("packets of a flow keep their order"),
    /** Once the network is good again, packets pass after the time that the protocol's timers take. */
    LIVENESS("no peer stays cut off once the network is good again"),
    /** A worker never sleeps while something waits for it that only a wake-up announces. */
    WAKE_UP("no wake-up is lost"),
    /** The endpoint of a peer follows authentic messages alone. */
    ROAMING("nothing is sent to an address from which no authentic message came"),
    /** Staged packets stay within the protocol's limit. */
    MEMORY("packets that wait for a session stay within their limit"),
    /** When nothing is under way, all trains and buffers are free, and no packet is staged. */
    BUFFERS("every buffer returns"),
    /** Keys are gone once the peer is removed or the device is closed. */
    SECRETS("every secret is gone with its peer or device"),
    /** The devices run out of work at some time, and throw nothing. */
    SOUNDNESS("no device fails, or works without an end");

    private final String text;

    Invariant(String text) {
        this.text = text;
    }

    /** What it says, in words. */
    public String text() {
        return text;
    }
}
