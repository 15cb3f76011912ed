package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** The {@code ping} program. */
final class Ping {
    private Ping() {}

    /**
     * Ten pings as fast as the answers come. That the last are answered is not asked for: for these ping waits no longer than
     * two round trips, and how long that is depends on the machine. What was lost shows in the tunnel's counters.
     */
    static void flood(Namespace from, String address) {
        Command.Result result =
                from.command("ping", "-c", "10", "-f", "-W", "1", address).run();
        result.expectSuccess();
        assertThat(result.output()).contains("10 packets transmitted");
    }

    /**
     * One ping, which is answered; ample time for a busy machine's first handshake, and for another: one that is lost, or
     * answered with a cookie because a flood was less than a second ago, is repeated after 5 s.
     */
    static void once(Namespace from, String address, String... options) {
        once(from, address, 10, options).expectSuccess();
    }

    /** One ping, answered within a second or not. */
    static Command.Result tryOnce(Namespace from, String address, String... options) {
        return once(from, address, 1, options);
    }

    private static Command.Result once(Namespace from, String address, int seconds, String... options) {
        List<String> words = new ArrayList<>(List.of("ping", "-c", "1", "-W", Integer.toString(seconds)));
        words.addAll(List.of(options));
        words.add(address);
        return from.command(words.toArray(String[]::new)).run();
    }
}
