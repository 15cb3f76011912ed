// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a run of iperf3 carried, all streams and directions together.
 *
 * @param gigabits received per second, of 10^9 bits
 * @param gigabytes received, of 10^9 bytes
 * @param lostPercent datagrams lost, in percent of those sent; 0 for TCP
 * @param retransmits segments that TCP sent again; 0 for UDP
 * @param gigabitsBySecond the same as {@code gigabits}, for each interval of one second
 */
public record Iperf3Result(
        double gigabits, double gigabytes, double lostPercent, double retransmits, List<Double> gigabitsBySecond) {
    // All figures wanted are numbers of objects that hold no other objects, so expressions do, and the daemon needs no
    // library for JSON. "end" is also the name of a number in each interval.
    private static final Pattern END = Pattern.compile("\"end\"\\s*:\\s*\\{");
    private static final Pattern ERROR = Pattern.compile("\"error\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern UDP = Pattern.compile("\"protocol\"\\s*:\\s*\"UDP\"");

    /**
     * Reads JSON. Warnings may precede it.
     *
     * @throws IOException if it holds an error, or no result
     */
    static Iperf3Result parse(String output) throws IOException {
        Matcher error = ERROR.matcher(output);
        if (error.find()) {
            throw new IOException("iperf3: " + error.group(1));
        }
        Matcher end = END.matcher(output);
        if (!end.find()) {
            throw new IOException(
                    "iperf3: no result: " + output.lines().findFirst().orElse("no output"));
        }
        String total = output.substring(end.end());
        List<Double> bySecond = objects("sum", output.substring(0, end.start()))
                .map(sum -> number(sum, "bits_per_second") / 1e9)
                .toList();
        return UDP.matcher(output).find() ? udp(total, bySecond) : tcp(total, bySecond);
    }

    /**
     * This result if data arrived.
     *
     * @throws IOException if none did
     */
    public Iperf3Result requireTraffic() throws IOException {
        if (gigabytes <= 0) {
            throw new IOException("iperf3: no data arrived");
        }
        return this;
    }

    private static Iperf3Result tcp(String total, List<Double> bySecond) {
        double bits = 0;
        double bytes = 0;
        double retransmits = 0;
        for (String direction : List.of("", "_bidir_reverse")) {
            Optional<String> received =
                    objects("sum_received" + direction, total).findFirst();
            Optional<String> sent = objects("sum_sent" + direction, total).findFirst();
            bits += number(received.orElse(""), "bits_per_second");
            bytes += number(received.orElse(""), "bytes");
            retransmits += number(sent.orElse(""), "retransmits");
        }
        return new Iperf3Result(bits / 1e9, bytes / 1e9, 0, retransmits, bySecond);
    }

    /** The sum counts the datagrams that were sent, and the share of them that was lost. */
    private static Iperf3Result udp(String total, List<Double> bySecond) {
        String sum = objects("sum", total).findFirst().orElse("");
        double lost = number(sum, "lost_percent");
        double arrived = 1 - lost / 100;
        return new Iperf3Result(
                number(sum, "bits_per_second") / 1e9 * arrived,
                number(sum, "bytes") / 1e9 * arrived,
                lost,
                0,
                bySecond);
    }

    /** The insides of the objects of a name, in their order. */
    private static Stream<String> objects(String name, String json) {
        return Pattern.compile("\"" + name + "\"\\s*:\\s*\\{([^{}]*)}")
                .matcher(json)
                .results()
                .map(match -> match.group(1));
    }

    /** A member of an object, or 0 if the object lacks it: a receiver's sum has no retransmits. */
    private static double number(String object, String key) {
        OptionalDouble value = Pattern.compile("\"" + key + "\"\\s*:\\s*([-+.0-9eE]+)")
                .matcher(object)
                .results()
                .map(match -> match.group(1))
                .mapToDouble(Double::parseDouble)
                .findFirst();
        return value.orElse(0);
    }
}
