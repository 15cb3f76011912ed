// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

/**
 * Where routes go.
 *
 * @param text {@code auto}, {@code off}, or a table's number or name as {@code ip} takes it
 */
public record RouteTable(String text) {
    /** The main table, with policy rules for default routes. */
    public static final RouteTable AUTO = new RouteTable("auto");

    /** No routes are made. */
    public static final RouteTable OFF = new RouteTable("off");

    /** Whether this is one table for all routes. */
    public boolean isSingle() {
        return !equals(AUTO) && !equals(OFF);
    }
}
