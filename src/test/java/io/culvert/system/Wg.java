// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The {@code wg} program on one interface.
 *
 * @param device the interface
 */
record Wg(String device) {
    /** Long enough for wg to set and show 130,560 allowed IPs. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Command command(String verb, String... words) {
        List<String> all = new ArrayList<>(List.of("wg", verb, device));
        all.addAll(Arrays.asList(words));
        return Command.of(all.toArray(String[]::new)).limit(LIMIT);
    }

    void set(String... words) {
        trySet(words).expectSuccess();
    }

    Command.Result trySet(String... words) {
        return command("set", words).run();
    }

    /** Applies the text of a configuration file by {@code setconf}, {@code addconf} or {@code syncconf}. */
    void configure(String verb, String text) {
        command(verb, "/dev/stdin").input(text).run().expectSuccess();
    }

    String show(String... field) {
        return command("show", field).run().expectSuccess().output().strip();
    }

    String showconf() {
        return command("showconf").run().expectSuccess().output();
    }

    /** The column of {@code wg show IF FIELD} that belongs to a peer. */
    String show(String field, Key peer) {
        return show(field)
                .lines()
                .map(line -> line.split("\t", 2))
                .filter(columns -> columns[0].equals(peer.pub()))
                .map(columns -> columns[1])
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such peer in: " + show(field)));
    }

    /** The public keys of all peers, in order. */
    List<String> peers() {
        return show("peers").lines().toList();
    }

    /** Bytes received from a peer. */
    long received(Key peer) {
        return Long.parseLong(show("transfer", peer).split("\t")[0]);
    }

    /** Bytes sent to a peer. */
    long sent(Key peer) {
        return Long.parseLong(show("transfer", peer).split("\t")[1]);
    }

    /** Seconds since 1970 of the latest handshake, 0 for never. */
    long latestHandshake(Key peer) {
        return Long.parseLong(show("latest-handshakes", peer));
    }
}
