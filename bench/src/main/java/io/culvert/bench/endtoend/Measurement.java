package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.List;

/** What is done with an open tunnel, and gives a few figures. */
interface Measurement {
    /**
     * Does it once.
     *
     * @param seconds how long a measurement is to take that can take any time
     * @throws IOException when it gave nothing; the message says why
     */
    List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException;

    /** About how long {@link #take} takes, in seconds. */
    double duration(int seconds);

    /** Whether it wants a tunnel that has not been warmed up. */
    default boolean wantsFresh() {
        return false;
    }

    /** Whether it looks at the ends' programs, which tunnels of the kernel have not. */
    default boolean wantsPrograms() {
        return false;
    }

    /** Whether it makes handshakes, which only WireGuard understands. */
    default boolean wantsWireGuard() {
        return false;
    }

    /** Whether it sends datagrams, for which tunnels are warmed up too. */
    default boolean isUdp() {
        return false;
    }
}
