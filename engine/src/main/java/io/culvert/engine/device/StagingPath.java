// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.Worker;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of a peer that wait for a session, and their order: none that is read later leaves before them, whichever
 * workers read them. The worker that finds a keypair first sends all that wait, under this peer's monitor (as the
 * kernel does in wg_packet_send_staged_packets); until then all others stage what they read. Any worker calls the
 * methods.
 *
 * <p>The monitor is taken only while packets wait. It is taken before that of the {@link StagingArea}, and no other
 * peer's is taken under it.
 */
abstract class StagingPath extends HandshakeExchange {
    /** The home's. */
    private final StagingArea area;
    /** {@link StagedPackets#NONE} before the first. Written under this monitor; read by any worker; volatile. */
    private volatile StagedPackets staged = StagedPackets.NONE;
    /**
     * Whether packets are, or were, staged that leave before any that is read now. Written under this monitor, cleared
     * after the last of them has its place in the transmit queue. Any worker reads it before it takes a place there:
     * the volatile write and read order the two places.
     */
    private volatile boolean waiting;

    StagingPath(Worker home, byte receiveSocket, PublicKey publicKey, DeviceListener listener, StagingArea area) {
        super(home, receiveSocket, publicKey, listener);
        this.area = area;
    }

    /** The current keypair with a reference taken, also while packets wait; {@code null} if none may send. */
    abstract Keypair<?> takeCurrent(long now);

    /** Has a packet that found no keypair initiate a handshake. */
    abstract void keyMissing(Worker worker);

    /** Whether packets wait. */
    final boolean hasStaged() {
        return staged.size() > 0;
    }

    @Override
    public final Keypair<?> takeSendingKeypair(long now) {
        return waiting ? null : takeCurrent(now);
    }

    @Override
    public final void stage(Worker worker, long vnetHeader, int length, int packets) {
        StagedPackets.Staged copy = area.copy(vnetHeader, length, packets, worker.now());
        if (copy == null) {
            worker.drops().add(DropCause.TX_STAGED_FULL, packets);
        } else if (!stage(worker, copy)) {
            return;
        }
        if (!sendStaged(worker)) {
            // If there is no memory, too: only a handshake can make room for the packets of this peer.
            keyMissing(worker);
        }
    }

    /** Appends a packet; returns whether the peer is there to send it. */
    private synchronized boolean stage(Worker worker, StagedPackets.Staged packet) {
        // The peer is marked as removed before its packets are purged, which takes this monitor.
        if (isDead()) {
            area.free(packet);
            return false;
        }
        waiting = true;
        worker.drops().add(DropCause.TX_STAGED_FULL, queue().add(packet));
        return true;
    }

    /**
     * Sends the staged packets, under the monitor, so that no packet that another worker reads meanwhile overtakes
     * them; returns whether there was a keypair for all. Without one they stay, in their order. The worker's thread.
     */
    final boolean sendStaged(Worker worker) {
        List<StagedPackets.Staged> elsewhere = new ArrayList<>();
        boolean sent;
        synchronized (this) {
            Keypair<?> keypair = null;
            while (staged.size() > 0 && (keypair = takeCurrent(worker.now())) != null) {
                StagedPackets.Staged packet = staged.poll();
                if (packet == null) {
                    // Other peers' packets needed the memory.
                    keypair.release();
                } else if (packet.length() == 0) {
                    worker.sendKeepalive(this, keypair);
                    area.free(packet);
                } else if (sendStaged(worker, keypair, packet.address(), packet.length())) {
                    area.free(packet);
                } else {
                    keypair.release();
                    elsewhere.add(packet);
                }
            }
            dispatch(worker);
            sent = staged.size() == 0;
            waiting = !sent;
        }
        // Not under the monitor: they may have to wait at another peer, under its monitor.
        for (StagedPackets.Staged packet : elsewhere) {
            worker.send(packet.address(), packet.length());
            area.free(packet);
        }
        return sent;
    }

    /** Appends a keepalive. The home's thread. */
    final void stageKeepalive() {
        stage(home(), area.keepalive(home().now()));
    }

    /** Under the monitor. */
    private StagedPackets queue() {
        if (staged == StagedPackets.NONE) {
            staged = new StagedPackets(area);
        }
        return staged;
    }

    /** Drops the packets that were read before {@code since}; returns their number. */
    final synchronized int purge(long since) {
        int dropped = staged.purge(since);
        waiting = staged.size() > 0;
        return dropped;
    }
}
