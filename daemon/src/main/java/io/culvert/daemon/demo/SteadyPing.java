// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/** Ten pings a second until it is closed. For one thread. */
final class SteadyPing implements AutoCloseable {
    private static final Pattern ANSWER = Pattern.compile("icmp_seq=(\\d+) .*time=");

    private final Path output;
    private final Process process;
    private int seen;

    /**
     * Begins.
     *
     * @param output a file that does not exist yet
     */
    SteadyPing(NetworkNamespace from, String to, Path output) throws IOException {
        this.output = output;
        process =
                from.background(output, List.of("ping", "-n", "-i", "0.1", to)).start();
    }

    /**
     * Pings that are known to have been sent, as a later one had an answer.
     *
     * @param sent how many
     * @param lost those of them without an answer
     */
    record Count(int sent, int lost) {
        static final Count NONE = new Count(0, 0);

        Count plus(Count other) {
            return new Count(sent + other.sent, lost + other.lost);
        }
    }

    /** The pings since the last call. */
    Count take() throws IOException {
        Count count = count(Files.readString(output), seen);
        seen += count.sent();
        return count;
    }

    /** What the output of ping says of the pings after the first {@code skipped}. */
    static Count count(String output, int skipped) {
        BitSet answered = new BitSet();
        ANSWER.matcher(output).results().forEach(answer -> answered.set(Integer.parseInt(answer.group(1))));
        int last = answered.length() - 1;
        if (last <= skipped) {
            return Count.NONE;
        }
        int received = answered.get(skipped + 1, last + 1).cardinality();
        return new Count(last - skipped, last - skipped - received);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
