// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

/**
 * What a check found.
 *
 * @param area what it belongs to, such as {@code offloads}
 * @param name what was looked at, such as {@code udp-gso}
 * @param found what is there, and why
 * @param cost what that costs; empty if nothing
 * @param remedy how to mend it; empty if there is nothing to mend, or no way
 */
record Finding(String area, String name, State state, String found, String cost, String remedy) {
    static Finding ok(String area, String name, String found) {
        return new Finding(area, name, State.OK, found, "", "");
    }

    /** Something that could not be looked at. */
    static Finding unknown(String area, String name, String reason, String remedy) {
        return new Finding(area, name, State.UNKNOWN, reason, "", remedy);
    }

    static Finding warn(String area, String name, String found, String cost, String remedy) {
        return new Finding(area, name, State.WARN, found, cost, remedy);
    }

    static Finding fail(String area, String name, String found, String cost, String remedy) {
        return new Finding(area, name, State.FAIL, found, cost, remedy);
    }
}
