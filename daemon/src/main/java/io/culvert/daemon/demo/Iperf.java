package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs iperf3 through a tunnel, and reads the few figures needed from its JSON. */
final class Iperf {
    private static final Pattern RECEIVED = Pattern.compile("\"sum_received\"\\s*:\\s*\\{([^}]*)}");
    private static final Pattern SUM = Pattern.compile("\"sum\"\\s*:\\s*\\{([^}]*)}");
    private static final Pattern ERROR = Pattern.compile("\"error\"\\s*:\\s*\"([^\"]*)\"");
    private static final double BITS_PER_GIGABYTE = 8e9;

    private Iperf() {}

    /** Sends from {@code sender} to {@code receiver}; the first of the two ends runs the client. */
    static Flow run(End client, End server, boolean reverse, Load load, int seconds)
            throws IOException, InterruptedException {
        double clientCpu = client.cpuSeconds();
        double serverCpu = server.cpuSeconds();
        String json = exchange(client, server, reverse, load, seconds);
        clientCpu = client.cpuSeconds() - clientCpu;
        serverCpu = server.cpuSeconds() - serverCpu;
        return reverse
                ? flow(json, load.isUdp(), serverCpu, clientCpu)
                : flow(json, load.isUdp(), clientCpu, serverCpu);
    }

    /**
     * Reads a result.
     *
     * @param senderCpu seconds
     * @param receiverCpu seconds
     * @throws IOException when iperf3 reports an error or that nothing arrived
     */
    static Flow flow(String json, boolean udp, double senderCpu, double receiverCpu) throws IOException {
        Matcher error = ERROR.matcher(json);
        if (error.find()) {
            throw new IOException("iperf3: " + error.group(1));
        }
        // Intervals have a sum as well; that of the whole run comes last.
        String sum = last(udp ? SUM : RECEIVED, json);
        double lost = udp ? number(sum, "lost_percent") : 0;
        double arrived = 1 - lost / 100;
        double gigabytes = number(sum, "bytes") * arrived * 8 / BITS_PER_GIGABYTE;
        if (gigabytes <= 0) {
            throw new IOException("iperf3: nothing arrived");
        }
        double gigabits = number(sum, "bits_per_second") * arrived / 1e9;
        return new Flow(gigabits, senderCpu / gigabytes, receiverCpu / gigabytes, lost);
    }

    private static String exchange(End client, End server, boolean reverse, Load load, int seconds)
            throws IOException, InterruptedException {
        Process listener = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        server.namespace(),
                        "iperf3",
                        "-s",
                        "-1",
                        "-B",
                        server.inside(),
                        "--forceflush")
                .redirectErrorStream(true)
                .start();
        try {
            awaitListening(listener);
            List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", client.namespace(), "iperf3", "-J"));
            command.addAll(List.of("-c", server.inside(), "-t", "" + seconds, "--connect-timeout", "5000"));
            command.addAll(load.options());
            if (reverse) {
                command.add("-R");
            }
            return Shell.outputOf(command);
        } finally {
            listener.destroy();
            listener.waitFor(1, TimeUnit.SECONDS);
            listener.destroyForcibly();
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

    private static String last(Pattern pattern, String json) throws IOException {
        Matcher matcher = pattern.matcher(json);
        String found = null;
        while (matcher.find()) {
            found = matcher.group(1);
        }
        if (found == null) {
            throw new IOException("iperf3: no result");
        }
        return found;
    }

    private static double number(String object, String key) throws IOException {
        Matcher matcher =
                Pattern.compile("\"" + key + "\"\\s*:\\s*([-+.0-9eE]+)").matcher(object);
        if (!matcher.find()) {
            throw new IOException("iperf3: no " + key);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
