// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients of the UAPI that hold connections and say nothing. */
@OnHost("prlimit")
class ManyClientsTest {
    private static final int CLIENTS = 150;
    private static final int FREE_DESCRIPTORS = 8;
    private static final Duration SOON = Duration.ofMinutes(1);

    private final Namespace namespace = Namespace.create();
    private final Daemon daemon = Daemon.start(Program.CULVERT, namespace);
    private final List<Uapi> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(Uapi::close);
        daemon.close();
        namespace.close();
    }

    private boolean answers() {
        return Command.of("wg", "show", daemon.device(), "listen-port").run().exit() == 0;
    }

    /** While the backlog is full, a client is refused at once. */
    private void connect(int count) {
        for (int i = 0; i < count; i++) {
            try {
                clients.add(Uapi.connect(daemon.device()));
            } catch (UncheckedIOException e) {
                return;
            }
        }
    }

    @Test
    void silentClientsLockNobodyOut() {
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(Eventually.holds(SOON, () -> {
                        int before = clients.size();
                        connect(1);
                        return clients.size() > before;
                    }))
                    .isTrue();
        }
        assertThat(answers()).isTrue();
    }

    @Test
    void answersAgainAfterClientsTookAllDescriptors() throws IOException {
        int pid = (int) daemon.process().pid();
        int open;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Integer.toString(pid), "fd"))) {
            open = (int) descriptors.count();
        }
        String limit = Integer.toString(open + FREE_DESCRIPTORS);
        Command.of("prlimit", "--pid", Integer.toString(pid), "--nofile=" + limit + ":" + limit)
                .run()
                .expectSuccess();
        connect(4 * FREE_DESCRIPTORS);
        clients.forEach(Uapi::close);
        clients.clear();
        assertThat(Eventually.holds(SOON, this::answers)).as(daemon.log()).isTrue();
        daemon.wg().set("fwmark", "7");
        assertThat(daemon.process().isAlive()).isTrue();
    }
}
