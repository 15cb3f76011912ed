// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names and numbers as pages show them. */
final class Labels {
    /** In place of a missing figure. */
    static final String NONE = "\u2013";

    private static final Map<String, String> KINDS = Map.of(
            "end-to-end", "End-to-end benchmark",
            "aead", "AEAD benchmark",
            "aead-starts", "The AEAD in fresh JVMs",
            "jmh", "Microbenchmarks");
    private static final Map<String, String> TESTS = Map.ofEntries(
            Map.entry("tcp1", "TCP, 1 stream"),
            Map.entry("tcp1r", "TCP, 1 stream, reverse"),
            Map.entry("tcp8", "TCP, 8 streams"),
            Map.entry("tcp8r", "TCP, 8 streams, reverse"),
            Map.entry("tcp8bidir", "TCP, 8 streams each way"),
            Map.entry("udp1g", "UDP, 1 Gbit/s offered"),
            Map.entry("udpmax-1360", "UDP, 1360 B"),
            Map.entry("udpmax-200", "UDP, 200 B"),
            Map.entry("ping", "Ping"),
            Map.entry("ping-loaded", "Ping under load"),
            Map.entry("ping10ms", "Ping every 10 ms"),
            Map.entry("ping200ms", "Ping every 200 ms"),
            Map.entry("pingload", "Ping every 10 ms under load"),
            Map.entry("echo60", "UDP echo of 60 B under load"),
            Map.entry("echo200", "UDP echo of 200 B under load"),
            Map.entry("echo1200", "UDP echo of 1,200 B under load"),
            Map.entry("small64", "Packets of 64 B"),
            Map.entry("small200", "Packets of 200 B"),
            Map.entry("imix", "IMIX"),
            Map.entry("dns50k", "50,000 queries/s"),
            Map.entry("voip1000", "1,000 calls"),
            Map.entry("shares", "Shares"),
            Map.entry("flood", "Flood of initiations"),
            Map.entry("flood-data", "Flood of data messages"),
            Map.entry("flood-garbage", "Flood of garbage"),
            Map.entry("handshakes", "Handshakes"),
            Map.entry("memory", "Memory"),
            Map.entry("ramp", "From a cold start"),
            Map.entry("start", "Start"));
    private static final Map<String, String> METRICS = Map.ofEntries(
            Map.entry("cpu", "CPU time of both ends"),
            Map.entry("cpu sender", "CPU time of the sender"),
            Map.entry("cpu receiver", "CPU time of the receiver"),
            Map.entry("lost", "Packets lost"),
            Map.entry("lost back", "Packets lost on the way back"),
            Map.entry("packets", "Packets per second"),
            Map.entry("kept", "Throughput kept, of that beside a flood of a closed port"),
            Map.entry("median above closed port", "Round trip, median, above that beside a flood of a closed port"),
            Map.entry("handshake", "Time until a new session carries a ping"),
            Map.entry("memory growth", "Resident memory beside that before"),
            Map.entry("jitter", "Jitter, median of the flows"),
            Map.entry("jitter p99", "Jitter, 99th percentile of the flows"),
            Map.entry("median", "Round trip, median"),
            Map.entry("p99", "Round trip, 99th percentile"),
            Map.entry("p99.9", "Round trip, 99.9th percentile"),
            Map.entry("max", "Round trip, maximum"),
            Map.entry("memory", "Resident memory"),
            Map.entry("under load", "Resident memory under load"),
            Map.entry("ready", "Time until it is ready"));
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private Labels() {}

    /** The title of a kind of run. */
    static String kind(String kind) {
        return KINDS.getOrDefault(kind, capitalised(clean(kind)));
    }

    /** The title of a test, with its conditions after {@code @} in words; the name itself if the test is unknown. */
    static String test(String test) {
        String[] words = clean(test).split("@");
        return TESTS.getOrDefault(words[0], words[0])
                + Stream.of(words).skip(1).map(Labels::condition).collect(Collectors.joining());
    }

    private static String condition(String word) {
        return ", "
                + word.replaceFirst("^ipv6$", "over IPv6")
                        .replaceFirst("^gateway$", "forwarded")
                        .replaceFirst("^gateway6$", "forwarded IPv6")
                        .replaceFirst("^gateway-nat$", "forwarded with NAT")
                        .replaceFirst("^gateway6-nat$", "forwarded IPv6 with NAT")
                        .replaceFirst("^vxlan$", "in VXLAN")
                        .replaceFirst("^hub(\\d+)$", "hub of $1 peers")
                        .replaceFirst("^mtu(\\d+)$", "MTU $1")
                        .replaceFirst("^peers(\\d+)$", "$1 peers");
    }

    /** The title of a metric. */
    static String metric(String metric) {
        return METRICS.getOrDefault(metric, capitalised(clean(metric)));
    }

    /** A unit. */
    static String unit(String unit) {
        return unit.equals("us") ? "\u00b5s" : clean(unit);
    }

    /** The time of a run. */
    static String time(Run run) {
        Instant time = History.time(run);
        return time.equals(Instant.MIN) ? clean(run.time()) : TIME.format(time);
    }

    /** A figure with three significant digits. */
    static String number(double value) {
        double size = Math.abs(value);
        int digits = size == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    /** The smallest and the largest sample; {@link #NONE} for a single one. */
    static String range(Series series) {
        return series.samples().size() == 1 ? NONE : number(series.min()) + " to " + number(series.max());
    }

    /** The spread in per cent of the median; {@link #NONE} for a single sample. */
    static String spread(Series series) {
        return series.samples().size() == 1 ? NONE : number(100 * series.spread()) + " %";
    }

    /** A ratio with a multiplication sign; {@link #NONE} if it is empty. */
    static String times(OptionalDouble ratio) {
        return ratio.isEmpty() ? NONE : number(ratio.getAsDouble()) + "\u00d7";
    }

    /**
     * The text with U+FFFD in place of control characters, unpaired surrogates and directional marks, which XML forbids
     * or which would garble the text around them.
     */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .map(c -> switch (Character.getType(c)) {
                    case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> '\ufffd';
                    default -> c;
                })
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static String capitalised(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
