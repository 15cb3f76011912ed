// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.Pinger;
import java.util.ArrayList;
import java.util.List;

/** Assertions on runs of {@code ping}. */
final class Ping {
    private Ping() {}

    /**
     * Ten pings, each sent as soon as the one before is answered. The last answers may be missing: ping waits for them
     * no longer than two round trips, a time that depends on the machine. The tunnel's counters show real losses. For
     * the first answer, behind a handshake, it waits 10 s.
     */
    static void flood(Namespace from, String address) {
        flood(from, address, 10);
    }

    /** As {@link #flood(Namespace, String)} with another number of pings; at least one is answered. */
    static void flood(Namespace from, String address, int count) {
        assertThat(run(from, address, "-c", Integer.toString(count), "-f", "-W", "10")
                        .expectSuccess()
                        .output())
                .contains(count + " packets transmitted");
    }

    /**
     * One ping that is answered within 10 s. A first handshake takes its time on a busy machine, and one that is lost,
     * or answered with a cookie because of a flood less than a second ago, is repeated after 5 s.
     */
    static void once(Namespace from, String address, String... options) {
        once(from, address, 10, options).expectSuccess();
    }

    /** One ping that fails unless it is answered within a second. */
    static Command.Result tryOnce(Namespace from, String address, String... options) {
        return once(from, address, 1, options);
    }

    private static Command.Result once(Namespace from, String address, int seconds, String... options) {
        List<String> words = new ArrayList<>(List.of("-c", "1", "-W", Integer.toString(seconds)));
        words.addAll(List.of(options));
        return run(from, address, words.toArray(String[]::new));
    }

    private static Command.Result run(Namespace from, String address, String... options) {
        return Command.of(Pinger.command(from.network(), address, options)).run();
    }
}
