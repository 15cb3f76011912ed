// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A directory with a small Debian in it, whose programs run in a chroot with mounts of their own. */
final class DebianRoot {

    private static final Duration LIMIT = Duration.ofMinutes(15);
    /** Mounts what programs need below the root $0; the mounts end with the program. Then runs $@ there. */
    private static final String ENTER = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\""
            + " && mount -t sysfs sysfs \"$0/sys\" && exec chroot \"$0\" \"$@\"";

    private final Path root;

    private DebianRoot(Path root) {
        this.root = root;
    }

    /** Unpacks a release with some packages beside the essential ones. */
    static DebianRoot create(Path root, String release, String... packages) {
        Command.of("mmdebstrap", "--variant=minbase", "--include=" + String.join(",", packages), release, root + "")
                .limit(LIMIT)
                .run()
                .expectSuccess();
        return new DebianRoot(root);
    }

    /** A root that has been unpacked already. */
    static DebianRoot of(Path root) {
        return new DebianRoot(root);
    }

    /** Whether a mirror of Debian that this machine uses answers. */
    static boolean isMirrorThere() {
        return Command.output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian")
                .lines()
                .distinct()
                .anyMatch(mirror -> Command.of("curl", "-sfI", "--max-time", "10", mirror + "dists/bookworm/InRelease")
                                .run()
                                .exit()
                        == 0);
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /** The words of a command that runs in the root, with no environment but PATH and these variables. */
    String[] words(List<String> environment, String... command) {
        List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", ENTER, root.toString()));
        words.addAll(List.of("env", "-i", "HOME=/root", "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"));
        words.addAll(environment);
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    /** Runs a program that must succeed in the root, and a network namespace, and returns what it wrote. */
    String run(Namespace namespace, String... command) {
        return namespace
                .command(words(List.of(), command))
                .limit(LIMIT)
                .run()
                .expectSuccess()
                .allOutput()
                .strip();
    }

    /** Copies a file into the root. */
    void copy(Path file, String to) throws IOException {
        Files.createDirectories(path(to).getParent());
        Files.copy(file, path(to));
    }

    /** The names of all files, but for the records of dpkg, the logs, and the directory of UAPI sockets itself. */
    TreeSet<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            TreeSet<String> names = all.map(file -> root.relativize(file).toString())
                    .filter(name -> !name.startsWith("var/lib/dpkg/") && !name.startsWith("var/log/"))
                    .filter(name -> !name.equals("run/wireguard"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(names).hasSizeGreaterThan(100);
            return names;
        }
    }
}
