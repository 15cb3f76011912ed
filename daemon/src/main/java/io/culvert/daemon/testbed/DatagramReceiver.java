// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A Unix socket that receives datagrams, as the service manager and the system log have. */
public final class DatagramReceiver implements AutoCloseable {
    private static final int BYTES = 4096;

    private final int socket;

    /** Binds to a path, or to {@code @} and an abstract name. */
    public DatagramReceiver(String address) throws IOException {
        socket = Linux.socket(linux_h.AF_UNIX, linux_h.SOCK_DGRAM | linux_h.SOCK_NONBLOCK, 0);
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        long memory = Memory.allocate(BYTES, Long.BYTES);
        Memory.zero(memory, BYTES);
        Memory.putShort(memory, (short) linux_h.AF_UNIX);
        Memory.copy(path, 0, memory + 2, path.length);
        if (path[0] == '@') {
            Memory.putByte(memory + 2, (byte) 0);
        }
        try {
            Linux.bind(socket, memory, 2 + path.length + (path[0] == '@' ? 0 : 1));
        } finally {
            Memory.free(memory);
        }
    }

    /** The next datagram; empty if none waits. */
    public String receive() {
        long memory = Memory.allocate(BYTES, Long.BYTES);
        try {
            int length = Linux.read(new CallState(), socket, memory, BYTES);
            byte[] bytes = new byte[Math.max(length, 0)];
            Memory.copy(memory, bytes, 0, bytes.length);
            return new String(bytes, StandardCharsets.UTF_8);
        } finally {
            Memory.free(memory);
        }
    }

    /** The next datagram, waited for. */
    public String await() {
        long end = System.nanoTime() + 30_000_000_000L;
        String text = receive();
        while (text.isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
            text = receive();
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        Linux.close(socket);
    }
}
