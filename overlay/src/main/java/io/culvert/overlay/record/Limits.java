// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/**
 * Figures that hold for the whole network.
 *
 * @param mtu of the interfaces, in bytes; 1280 to 65455
 * @param keepalive WireGuard's persistent keepalive, in seconds; 0 (off) to 65535
 * @param memberDays how long a membership is valid; 1 to 3660
 * @param graceHours how long a peer stays after its membership's end while the store cannot be reached; 0 to 8760
 * @param rotationDays how often a node takes a new WireGuard key; 0 (never) to 3660
 * @param removalPercent how many of the peers may go at once; 1 to 100
 */
public record Limits(int mtu, int keepalive, int memberDays, int graceHours, int rotationDays, int removalPercent) {
    /** What a network has unless its owner says otherwise. */
    public static final Limits DEFAULT = new Limits(1420, 0, 90, 72, 30, 5);

    /** Checks the ranges. */
    public Limits {
        require("mtu", mtu, 1280, 65455);
        require("keepalive", keepalive, 0, 65535);
        require("member_days", memberDays, 1, 3660);
        require("grace_hours", graceHours, 0, 8760);
        require("rotation_days", rotationDays, 0, 3660);
        require("removal_percent", removalPercent, 1, 100);
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is one from " + min + " to " + max + ", not " + value);
        }
    }

    static Limits read(Fields fields) throws RecordException {
        Limits limits = new Limits(
                (int) fields.number("mtu", 1280, 65455),
                (int) fields.number("keepalive", 0, 65535),
                (int) fields.number("member_days", 1, 3660),
                (int) fields.number("grace_hours", 0, 8760),
                (int) fields.number("rotation_days", 0, 3660),
                (int) fields.number("removal_percent", 1, 100));
        fields.end();
        return limits;
    }
}
