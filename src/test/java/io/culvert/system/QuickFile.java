// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A configuration file of an interface in a namespace, for {@code culvert up}, {@code down} and {@code reload}.
 *
 * @param namespace where the interface is made
 * @param device the interface, and the file's name
 * @param path the file
 */
record QuickFile(Namespace namespace, String device, Path path) {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** A file for an interface with a new name. */
    static QuickFile create(Namespace namespace, Path directory, String text) {
        String device = Names.next();
        QuickFile file = new QuickFile(namespace, device, directory.resolve(device + ".conf"));
        file.write(text);
        return file;
    }

    void write(String text) {
        Unchecked.call(() -> {
            Files.writeString(path, text);
            return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        });
    }

    String text() {
        return Repository.text(path);
    }

    /** The command line of a verb, with options. */
    String[] words(String verb, String... options) {
        List<String> words = new ArrayList<>(List.of(Program.CULVERT.command(), verb));
        words.addAll(List.of(options));
        words.add(path.toString());
        return words.toArray(String[]::new);
    }

    Command command(String verb) {
        return namespace
                .command(words(verb))
                .environment("CULVERT_WARMUP", "off")
                .limit(LIMIT);
    }

    Command.Result run(String verb) {
        return command(verb).run();
    }

    Wg wg() {
        return new Wg(device);
    }

    /** What {@code up} may leave in the system: links, routes, rules, nftables, a setting, sockets and states. */
    String traces() {
        return String.join(
                "\n",
                namespace.output("sh", "-c", "ip -brief link | cut -d ' ' -f 1"),
                namespace.output("ip", "-4", "route", "show", "table", "all"),
                namespace.output("ip", "-6", "route", "show", "table", "all"),
                namespace.output("ip", "-4", "rule"),
                namespace.output("ip", "-6", "rule"),
                namespace.output("nft", "list", "ruleset"),
                namespace.output("cat", "/proc/sys/net/ipv4/conf/all/src_valid_mark"),
                "socket " + Files.exists(Daemon.socket(device)),
                "state " + Files.exists(Path.of("/run/culvert", device + ".state")));
    }
}
