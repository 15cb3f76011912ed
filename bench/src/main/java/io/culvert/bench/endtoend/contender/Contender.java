package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.Optional;

/** Something that makes tunnels. */
public interface Contender {
    /** As in tables and on the command line. */
    String name();

    /** Its version in its own words, as far as it tells; asked only when nothing is missing. */
    String version() throws InterruptedException;

    /**
     * Sees to what it needs, by {@code installer} where that can.
     *
     * @return what is missing, in plain words; empty when it can run
     */
    Optional<String> missing(Installer installer) throws InterruptedException;

    /** Why it cannot run under this condition; empty when it can. */
    default Optional<String> unfit(Condition condition) {
        return condition.peers() == 1 ? Optional.empty() : Optional.of("has no peers to configure");
    }

    /** Whether programs carry its tunnels, and not the kernel. */
    default boolean isProgram() {
        return true;
    }

    /** Whether it is WireGuard, so that it can have handshakes made with it by the bench. */
    default boolean isWireGuard() {
        return false;
    }

    /**
     * Opens a tunnel, and returns when it carries packets.
     *
     * @throws IOException when it does not come up; then nothing of it is left
     */
    Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException;
}
