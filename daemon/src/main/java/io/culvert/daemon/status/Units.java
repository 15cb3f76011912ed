// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import java.util.Locale;

/** Quantities as text of at most some eight characters. */
public final class Units {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final String[] COUNTS = {"", "k", "M", "G", "T"};
    private static final int KIBI = 1024;
    private static final int KILO = 1000;
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;
    private static final long DAY = 86_400;

    private Units() {}

    /** Bytes, such as {@code 1.5 MiB}. */
    public static String bytes(double bytes) {
        return scaled(bytes, KIBI, BYTES, " ");
    }

    /** A count, such as {@code 12.3k}. */
    public static String count(double count) {
        return scaled(count, KILO, COUNTS, "");
    }

    /** Bits per second as Gbit/s, such as {@code 1.234}. */
    public static String gigabits(double bitsPerSecond) {
        return String.format(Locale.ROOT, "%.3f", bitsPerSecond / 1e9);
    }

    /** The time since a moment, such as {@code 12 s}, {@code 3 min}; {@code never} for the moment 0. */
    public static String age(long thenSeconds, long nowSeconds) {
        long age = Math.max(nowSeconds - thenSeconds, 0);
        if (thenSeconds == 0) {
            return "never";
        }
        if (age < 2 * MINUTE) {
            return age + " s";
        }
        if (age < 2 * HOUR) {
            return age / MINUTE + " min";
        }
        return age < 2 * DAY ? age / HOUR + " h" : age / DAY + " d";
    }

    private static String scaled(double value, int step, String[] units, String space) {
        int unit = 0;
        double scaled = value;
        while (Math.round(scaled) >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        String text = unit == 0 || scaled >= 100 ? Long.toString(Math.round(scaled)) : decimal(scaled);
        return text + (units[unit].isEmpty() ? "" : space + units[unit]);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
