// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of interfaces and namespaces that no other run uses. They carry this process's number, so that a later run can
 * remove what a killed one left behind. They have at most 15 characters, the limit of Linux.
 */
final class Names {
    private static final String PREFIX =
            "cv" + Long.toString(ProcessHandle.current().pid(), 36) + "x";
    private static final Pattern OURS = Pattern.compile("cv([0-9a-z]+)x[0-9a-z]+");
    private static final AtomicInteger NEXT = new AtomicInteger();

    static {
        removeLeftovers();
    }

    private Names() {}

    static String next() {
        return PREFIX + Integer.toString(NEXT.getAndIncrement(), 36);
    }

    private static void removeLeftovers() {
        for (String line : Command.of("ip", "netns", "list").run().output().split("\n")) {
            String name = line.split(" ")[0];
            if (isLeftover(name)) {
                Namespace.remove(NetworkNamespace.existing(name));
            }
        }
        try (var sockets = Files.newDirectoryStream(Path.of("/var/run/wireguard"), "cv*.sock")) {
            for (Path socket : sockets) {
                if (isLeftover(socket.getFileName().toString().replace(".sock", ""))) {
                    Files.deleteIfExists(socket);
                }
            }
        } catch (IOException e) {
            // The directory does not exist, so there are no sockets to remove.
        }
    }

    private static boolean isLeftover(String name) {
        Matcher matcher = OURS.matcher(name);
        return matcher.matches()
                && ProcessHandle.of(Long.parseLong(matcher.group(1), 36)).isEmpty();
    }
}
