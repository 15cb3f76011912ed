// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Any bytes on a UAPI connection: each answer ends with an errno, and a request that is applied means the same when it
 * is written and read again.
 */
public final class UapiFuzz {
    private static final Pattern ANSWERS =
            Pattern.compile("(culvert_peers 0\n)?(errno=-?[0-9]+\n\n(culvert_peers 0\n)?)*");

    private UapiFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Target target = new Target();
        String answers = exchange(input, target);
        if (!ANSWERS.matcher(answers).matches()) {
            throw new AssertionError("not what a client can read: " + answers);
        }
        for (String request : target.applied) {
            Target again = new Target();
            String answer = exchange(request.getBytes(StandardCharsets.US_ASCII), again);
            if (!answer.equals("errno=0\n\n") || !again.applied.equals(List.of(request))) {
                throw new AssertionError(request + " is read as " + again.applied + ", answer " + answer);
            }
        }
    }

    private static String exchange(byte[] input, Target target) throws IOException {
        Connection connection = new Connection(input);
        UapiConnection.serve(connection, target);
        if (target.memory.used() != 0) {
            throw new AssertionError("a request keeps " + target.memory.used() + " bytes");
        }
        return connection.output.toString(StandardCharsets.US_ASCII);
    }

    /** Keeps what is applied, as a request. */
    private static final class Target implements UapiTarget {
        private final MemoryBudget memory = new MemoryBudget(1 << 24);
        private final List<String> applied = new ArrayList<>();

        @Override
        public DeviceSnapshot snapshot() {
            DeviceStatus down = new DeviceStatus(false, 0, 0, 0, Optional.empty(), List.of());
            return new DeviceSnapshot(null, 0, 0, List.of(), down);
        }

        @Override
        public String status() {
            return "culvert_peers 0\n";
        }

        @Override
        public MemoryBudget memory() {
            return memory;
        }

        @Override
        public void apply(DeviceUpdate update) throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            WritableByteChannel channel = Channels.newChannel(text);
            new UapiRequestWriter(channel, ByteBuffer.allocateDirect(64)).request(update);
            applied.add(text.toString(StandardCharsets.US_ASCII));
        }
    }

    /** Delivers an input in small pieces, and keeps the output. */
    private static final class Connection implements ByteChannel {
        private static final int PIECE = 7;

        private final ByteBuffer input;
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();

        Connection(byte[] input) {
            this.input = ByteBuffer.wrap(input);
        }

        @Override
        public int read(ByteBuffer target) {
            if (!input.hasRemaining()) {
                return -1;
            }
            int count = Math.min(PIECE, Math.min(input.remaining(), target.remaining()));
            target.put(input.slice().limit(count));
            input.position(input.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            output.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Holds no resources.
        }
    }
}
