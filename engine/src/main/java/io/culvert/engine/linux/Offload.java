package io.culvert.engine.linux;

import java.util.Locale;

/**
 * Something that the kernel does for many packets at once, or would: each can be switched off, is off where this kernel is known
 * to get it wrong, and is probed otherwise. In words it is the constant's name in small letters, with hyphens.
 */
public enum Offload {
    /** TCP super-packets come out of the TUN. */
    TUN_TSO("TUN TCP segmentation (TSO)"),
    /** UDP super-packets come out of the TUN (Linux 6.2). */
    TUN_USO("TUN UDP segmentation (USO)"),
    /** They have no more segments than one send takes. */
    TUN_SEGMENT_LIMIT("TUN segment limit (gso_max_segs)"),
    /** TCP packets are joined for the TUN. */
    TUN_TCP_GRO("TUN TCP coalescing"),
    /** UDP packets are joined for the TUN (Linux 6.2). */
    TUN_UDP_GRO("TUN UDP coalescing"),
    /** And so are those of VXLAN and Geneve, which Linux could not take apart for its tunnels: 3d010c8031e3 mended that. */
    TUN_VXLAN_GRO("TUN VXLAN and Geneve coalescing", 0, 6_008_005, "Linux before 6.8.5 drops what is joined"),
    /** Several datagrams are sent as one; b10b446 broke that, 78effd8 and 5f17ae0 mended it. */
    UDP_GSO("UDP_SEGMENT", 7_000_000, 7_001_005, "Linux 7.0 to 7.1.4 spoils headers and checksums"),
    /** Several datagrams are received as one. */
    UDP_GRO("UDP_GRO", 0, 5_012_000, "Linux before 5.12 could not always take them apart again"),
    /** Small packets are let gather while a worker sleeps. */
    GATHER("gathering of small packets");

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

    /** What it is called in logs and metrics. */
    public String title() {
        return title;
    }

    /** What it is called in settings, such as {@code udp-gso}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What is wrong with it in a kernel, or {@code null} when nothing is known.
     *
     * @param release such as 6.8.4-060804-generic; what is missing of its three numbers counts as 0
     */
    String knownBug(String release) {
        int version = 0;
        String[] parts = release.split("[^0-9]");
        boolean digits = true;
        for (int i = 0; i < PARTS; i++) {
            digits &= i < parts.length && !parts[i].isEmpty();
            int part = !digits ? 0 : parts[i].length() > DIGITS ? PART - 1 : Integer.parseInt(parts[i]);
            version = version * PART + part;
        }
        return version >= brokenFrom && version < brokenUntil ? bug : null;
    }
}
