package io.culvert.bench.endtoend;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.bench.endtoend.contender.Tunnel;
import io.culvert.daemon.testbed.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs iperf3 through a tunnel, with the client at side 0, and reads its JSON. */
public final class Iperf {
    private static final double BYTES_PER_GIGABYTE = 1e9;
    private static final int MARGIN_SECONDS = 30;

    private Iperf() {}

    /**
     * Runs it.
     *
     * @param seconds how long it sends
     * @param options of the client, such as {@code -R}
     * @return what the client tells
     * @throws IOException when it reports an error
     */
    public static JsonObject run(Tunnel tunnel, int seconds, List<String> options)
            throws IOException, InterruptedException {
        List<String> server = tunnel.in(1, "iperf3", "-s", "-1", "-B", tunnel.inside(1), "--forceflush");
        Process listener = new ProcessBuilder(server).redirectErrorStream(true).start();
        try {
            awaitListening(listener);
            List<String> client = new ArrayList<>(tunnel.in(
                    0, "iperf3", "-J", "-c", tunnel.inside(1), "-t", "" + seconds, "--connect-timeout", "5000"));
            client.addAll(options);
            return parse(Shell.outputOf(Duration.ofSeconds(seconds + MARGIN_SECONDS), client));
        } finally {
            listener.destroy();
            if (!listener.waitFor(1, TimeUnit.SECONDS)) {
                listener.destroyForcibly();
            }
        }
    }

    private static void awaitListening(Process listener) throws IOException {
        BufferedReader output = listener.inputReader();
        String line;
        do {
            line = output.readLine();
            if (line == null) {
                throw new IOException("iperf3 -s did not start");
            }
        } while (!line.startsWith("Server listening"));
    }

    /** Reads JSON that iperf3 wrote, and throws the error that it tells, if any. */
    static JsonObject parse(String output) throws IOException {
        JsonObject json;
        try {
            // Warnings come in front.
            String text = output.substring(Math.max(output.indexOf('{'), 0));
            json = JsonParser.parseString(text).getAsJsonObject();
        } catch (RuntimeException e) {
            throw new IOException(
                    "iperf3 told no result: " + output.lines().findFirst().orElse("nothing"), e);
        }
        if (json.has("error")) {
            throw new IOException("iperf3: " + json.get("error").getAsString());
        }
        if (!json.has("end")) {
            throw new IOException("iperf3 told no result");
        }
        return json;
    }

    /**
     * Sums a run up.
     *
     * @throws IOException when nothing arrived
     */
    static Flow flow(JsonObject json) throws IOException {
        JsonObject end = json.getAsJsonObject("end");
        Flow flow = end.has("sum_received") && !isUdp(json) ? tcp(end) : udp(end);
        if (flow.gigabytes() <= 0) {
            throw new IOException("iperf3: nothing arrived");
        }
        return flow;
    }

    /** What arrived in each second, in Gbit/s. */
    static List<Double> gigabitsBySecond(JsonObject json) {
        List<Double> all = new ArrayList<>();
        JsonArray intervals = json.getAsJsonArray("intervals");
        for (JsonElement interval : intervals) {
            all.add(number(interval.getAsJsonObject().getAsJsonObject("sum"), "bits_per_second") / 1e9);
        }
        return all;
    }

    private static boolean isUdp(JsonObject json) {
        return json.getAsJsonObject("start")
                .getAsJsonObject("test_start")
                .get("protocol")
                .getAsString()
                .equals("UDP");
    }

    private static Flow tcp(JsonObject end) {
        double bits = 0;
        double bytes = 0;
        double retransmits = 0;
        for (String suffix : List.of("", "_bidir_reverse")) {
            JsonObject received = end.getAsJsonObject("sum_received" + suffix);
            JsonObject sent = end.getAsJsonObject("sum_sent" + suffix);
            if (received != null) {
                bits += number(received, "bits_per_second");
                bytes += number(received, "bytes");
            }
            if (sent != null && sent.has("retransmits")) {
                retransmits += number(sent, "retransmits");
            }
        }
        return new Flow(bits / 1e9, bytes / BYTES_PER_GIGABYTE, 0, retransmits);
    }

    /** The sum tells what was sent, and the share that was lost of it. */
    private static Flow udp(JsonObject end) {
        JsonObject sum = end.getAsJsonObject("sum");
        double lost = number(sum, "lost_percent");
        double arrived = 1 - lost / 100;
        return new Flow(
                number(sum, "bits_per_second") / 1e9 * arrived,
                number(sum, "bytes") / BYTES_PER_GIGABYTE * arrived,
                lost,
                0);
    }

    private static double number(JsonObject object, String key) {
        return object.get(key).getAsDouble();
    }
}
