// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.Prefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a device counts, beside what its {@code Workers} do. Any thread. */
public final class DeviceStatistics {
    private final Device device;
    private final AllowedIps<Peer> allowedIps;
    /** Used under the device's monitor. */
    private final DevicePort port;

    private final DeviceThreads threads;
    private final DeviceListeners listeners;

    DeviceStatistics(Device device, AllowedIps<Peer> allowedIps, DevicePort port, DeviceThreads threads) {
        this.device = device;
        this.allowedIps = allowedIps;
        this.port = port;
        this.threads = threads;
        listeners = device.listeners();
    }

    /** By thread, the seconds for which it has not turned; 0 for one that turns or sleeps. */
    public Map<String, Integer> stalls() {
        return threads.stalls();
    }

    /** What became of received handshake messages. */
    public Map<HandshakeOutcome, Long> handshakeOutcomes() {
        return threads.handshakeOutcomes();
    }

    /** How often handshakes failed, by reason. */
    public Map<HandshakeFailure, Long> handshakeFailures() {
        return listeners.failures();
    }

    /** The bytes that staged packets take. */
    public long stagedBytes() {
        long sum = 0;
        for (int i = 0; i < device.workers().count(); i++) {
            sum += device.stagingArea(device.workers().get(i)).bytes();
        }
        return sum;
    }

    /** The number of datagrams that a worker's sockets lost because their buffers were full. */
    public long receiveLosses(int worker) {
        synchronized (device) {
            return port.receiveLosses(worker);
        }
    }

    /** The number of handshake messages that their sockets lost because the buffers were full. */
    public long handshakeLosses() {
        synchronized (device) {
            return port.handshakeLosses();
        }
    }

    /** The device's own public key; empty without a private key. */
    public Optional<PublicKey> publicKey() {
        StaticIdentity identity = device.identity();
        return identity == null ? Optional.empty() : Optional.of(identity.publicKey());
    }

    /** The allowed IPs of a peer. */
    public List<Prefix> allowedIps(Peer peer) {
        synchronized (device) {
            return allowedIps.of(peer);
        }
    }
}
