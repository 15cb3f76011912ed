package io.culvert.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of interfaces and namespaces that no other run uses: they carry this process's number, so that a later run can
 * tell which were left behind by a run that was killed. At most 15 characters, as Linux wants it.
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
                Namespace.remove(name);
            }
        }
        try (var sockets = Files.newDirectoryStream(Path.of("/var/run/wireguard"), "cv*.sock")) {
            for (Path socket : sockets) {
                if (isLeftover(socket.getFileName().toString().replace(".sock", ""))) {
                    Files.deleteIfExists(socket);
                }
            }
        } catch (IOException e) {
            // no such directory: nothing was left in it
        }
    }

    private static boolean isLeftover(String name) {
        Matcher matcher = OURS.matcher(name);
        return matcher.matches()
                && ProcessHandle.of(Long.parseLong(matcher.group(1), 36)).isEmpty();
    }
}
