// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import java.util.Locale;
import java.util.Optional;

/**
 * A kernel feature that handles many packets at once. Each can be switched off, is off by default on kernels with a
 * known bug, and is probed otherwise.
 */
public enum Offload {
    /** The TUN delivers TCP super-packets. */
    TUN_TSO("TUN TCP segmentation (TSO)"),
    /** The TUN delivers UDP super-packets (Linux 6.2). */
    TUN_USO("TUN UDP segmentation (USO)"),
    /** The TUN delivers such super-packets inside UDP tunnels too: VXLAN and Geneve (Linux 6.17). */
    TUN_TUNNEL_TSO("TUN VXLAN and Geneve segmentation"),
    /**
     * Super-packets of local sockets have no more segments than one UDP_SEGMENT send, where nothing is forwarded to
     * the TUN.
     */
    TUN_SEGMENT_LIMIT("TUN segment limit (gso_max_segs)"),
    /** TCP packets are coalesced into super-packets for the TUN. */
    TUN_TCP_GRO("TUN TCP coalescing"),
    /** UDP packets are coalesced into super-packets for the TUN (Linux 6.2). */
    TUN_UDP_GRO("TUN UDP coalescing"),
    /**
     * Packets of VXLAN and Geneve are coalesced as well. Linux could not segment those for its tunnels until commit
     * 3d010c8031e3.
     */
    TUN_VXLAN_GRO("TUN VXLAN and Geneve coalescing", 0, 6_008_005, "Linux before 6.8.5 drops coalesced packets"),
    /** Several datagrams are sent as one. Linux commit b10b446 broke this, 78effd8 and 5f17ae0 fixed it. */
    UDP_GSO("UDP_SEGMENT", 7_000_000, 7_001_005, "Linux 7.0 to 7.1.4 corrupts headers and checksums"),
    /** Several datagrams are received as one. */
    UDP_GRO("UDP_GRO", 0, 5_012_000, "Linux before 5.12 cannot always segment coalesced datagrams again"),
    /** A worker that sleeps lets small packets accumulate before it wakes up (interrupt moderation, for wake-ups). */
    WAKEUP_COALESCING("wake-up coalescing");

    private static final int PARTS = 3;
    private static final int DIGITS = 3;
    private static final int PART = 1000;

    private final String title;
    private final int brokenFrom;
    private final int brokenUntil;
    private final String bug;

    Offload(String title) {
        this(title, 0, 0, null);
    }

    Offload(String title, int brokenFrom, int brokenUntil, String bug) {
        this.title = title;
        this.brokenFrom = brokenFrom;
        this.brokenUntil = brokenUntil;
        this.bug = bug;
    }

    /** The description used in logs. */
    public String title() {
        return title;
    }

    /**
     * The name used in settings and metrics: the constant's name in lower case with hyphens, such as {@code udp-gso}.
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Describes the known bug that this offload has in a kernel.
     *
     * @param release such as 6.8.4-060804-generic; missing ones of the first three numbers count as 0
     */
    public Optional<String> knownBug(String release) {
        int version = 0;
        String[] parts = release.split("[^0-9]");
        boolean digits = true;
        for (int i = 0; i < PARTS; i++) {
            digits &= i < parts.length && !parts[i].isEmpty();
            int part = !digits ? 0 : parts[i].length() > DIGITS ? PART - 1 : Integer.parseInt(parts[i]);
            version = version * PART + part;
        }
        return version >= brokenFrom && version < brokenUntil ? Optional.of(bug) : Optional.empty();
    }
}
