// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.unix;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Sends datagrams to Unix sockets (unix(7)), for which Java has no class. Any thread. */
public final class UnixDatagram {
    /** {@code sun_path} of {@code struct sockaddr_un} follows two bytes of {@code sun_family}. */
    private static final int PATH_OFFSET = 2;

    private static final int PATH_BYTES = 108;

    private UnixDatagram() {}

    /**
     * Sends a datagram; without a wait, should the receiver be busy.
     *
     * @param address a path, or {@code @} and an abstract name
     * @param length the number of bytes, from the first
     * @throws IOException if there is no receiver, or it takes nothing
     */
    public static void send(String address, byte[] bytes, int length) throws IOException {
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        boolean named = address.startsWith("/");
        if (path.length == 0 || path.length >= PATH_BYTES || !named && path[0] != '@') {
            throw new IOException("not the address of a Unix socket: " + address);
        }
        if (!named) {
            path[0] = 0;
        }
        int socket = Linux.socket(linux_h.AF_UNIX, linux_h.SOCK_DGRAM | linux_h.SOCK_NONBLOCK, 0);
        long memory = Memory.allocate(PATH_OFFSET + PATH_BYTES + length, Long.BYTES);
        try {
            Memory.zero(memory, PATH_OFFSET + PATH_BYTES);
            Memory.putShort(memory, (short) linux_h.AF_UNIX);
            Memory.copy(path, 0, memory + PATH_OFFSET, path.length);
            // An abstract name ends with its length, a path with a zero.
            Linux.connect(socket, memory, PATH_OFFSET + path.length + (named ? 1 : 0));
            long data = memory + PATH_OFFSET + PATH_BYTES;
            Memory.copy(bytes, 0, data, length);
            int sent = Linux.write(new CallState(), socket, data, length);
            if (sent < 0) {
                throw new ErrnoException("write to " + address, -sent);
            }
        } finally {
            Memory.free(memory);
            Linux.close(socket);
        }
    }
}
