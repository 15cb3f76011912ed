// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Installs programs from Debian's packages, or builds them with Go, Cargo or the C compiler if those are installed. A
 * cache keeps the built programs.
 */
public final class Installer {
    /** Finds the version in the path of a built program. */
    static final Pattern VERSION = Pattern.compile("/(?:go|cargo)/.*@([^/]+)/");

    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Path HOME = Path.of(System.getProperty("user.home"));

    private final Path cache;
    private final boolean buildsSlowly;
    private final Consumer<String> progress;

    /**
     * An installer.
     *
     * @param cache a directory, which need not exist
     * @param buildsSlowly whether to build programs that take minutes to build
     * @param progress receives a line for each build
     */
    public Installer(Path cache, boolean buildsSlowly, Consumer<String> progress) {
        this.cache = cache;
        this.buildsSlowly = buildsSlowly;
        this.progress = progress;
    }

    /** The default cache: {@code culvert/peers} in {@code $XDG_CACHE_HOME} or {@code ~/.cache}. */
    public static Path defaultCache() {
        String given = System.getenv("XDG_CACHE_HOME");
        Path base = given == null || given.isEmpty() ? HOME.resolve(".cache") : Path.of(given);
        return base.resolve("culvert/peers");
    }

    /** The path of an installed program, by path or name. */
    String onPath(String program) throws UnavailableException {
        return find(program).orElseThrow(() -> new UnavailableException("not installed: " + program));
    }

    /** Installs Debian's packages with the launcher's setup.sh. */
    void debian(String... packages) throws UnavailableException, InterruptedException {
        Path setup =
                Path.of(System.getProperty("culvert.launcher", "bin/culvert")).resolveSibling("setup.sh");
        List<String> command = new ArrayList<>(List.of("bash", "-c", ". \"$0\" && need \"$@\"", setup.toString()));
        command.addAll(List.of(packages));
        try {
            Shell.run(LIMIT, "", command);
        } catch (IOException e) {
            throw new UnavailableException(
                    "not installed: Debian's " + String.join(", ", packages) + " (" + e.getMessage() + ")");
        }
    }

    /** The reason why a topology cannot be made here, after an attempt to install what it needs; empty if it can. */
    public Optional<String> lack(Topology topology) throws InterruptedException {
        if (!topology.hasNat()) {
            return Optional.empty();
        }
        try {
            debian("nftables");
            return Optional.empty();
        } catch (UnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The newest version of a Go module according to the proxy, or {@code otherwise}. */
    String newestByGo(String module, String otherwise) throws UnavailableException, InterruptedException {
        String go = tool("go", Path.of("/usr/local/go/bin/go"));
        try {
            return Shell.run(go, "list", "-m", "-f", "{{.Version}}", module + "@latest")
                    .strip();
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** Builds the program in a Go module's root, which has the name of the module's last element. */
    String byGo(String module, String version) throws UnavailableException, InterruptedException {
        String program = module.substring(module.lastIndexOf('/') + 1);
        Path root = cache.resolve("go").resolve(module + "@" + version);
        Path file = root.resolve(program);
        if (!Files.isExecutable(file)) {
            String go = tool("go", Path.of("/usr/local/go/bin/go"));
            build(file, List.of("env", "GOBIN=" + root, go, "install", module + "@" + version));
        }
        return file.toString();
    }

    /** Builds a program of a crate with Cargo. */
    String byCargo(String crate, String version, String program) throws UnavailableException, InterruptedException {
        Path root = cache.resolve("cargo").resolve(crate + "@" + version);
        Path file = root.resolve("bin").resolve(program);
        if (!Files.isExecutable(file)) {
            String cargo = tool("cargo", HOME.resolve(".cargo/bin/cargo"));
            if (!buildsSlowly) {
                throw new UnavailableException("not built: a run without --quick builds it, in minutes");
            }
            build(file, List.of(cargo, "install", "-q", "--locked", "--root", root.toString(), crate + "@" + version));
        }
        return file.toString();
    }

    /** Builds a program of one source with the C compiler. */
    String byC(String program, String source) throws UnavailableException, InterruptedException {
        Path root = cache.resolve("c").resolve(program + "@" + Integer.toHexString(source.hashCode()));
        Path file = root.resolve(program);
        if (!Files.isExecutable(file)) {
            debian("gcc", "libc6-dev", "linux-libc-dev");
            try {
                Files.createDirectories(root);
                Files.writeString(root.resolve(program + ".c"), source);
            } catch (IOException e) {
                throw new UnavailableException("cannot write the cache: " + e.getMessage());
            }
            String[] words = {"gcc", "-std=gnu11", "-O3", "-march=native", "-pthread", "-o"};
            List<String> command = new ArrayList<>(Arrays.asList(words));
            command.addAll(List.of(file.toString(), file + ".c"));
            build(file, command);
        }
        return file.toString();
    }

    private void build(Path file, List<String> command) throws UnavailableException, InterruptedException {
        progress.accept("building " + file.getFileName() + ": " + String.join(" ", command));
        try {
            Shell.run(LIMIT, "", command);
        } catch (IOException e) {
            throw new UnavailableException("build failed: " + e.getMessage());
        }
        if (!Files.isExecutable(file)) {
            throw new UnavailableException("the build did not create " + file);
        }
    }

    private static String tool(String name, Path usual) throws UnavailableException {
        Optional<String> found = find(name);
        if (found.isEmpty() && Files.isExecutable(usual)) {
            found = Optional.of(usual.toString());
        }
        return found.orElseThrow(() -> new UnavailableException("not installed, nor is " + name + " to build it"));
    }

    /** The path of a program in {@code PATH} or {@code /usr/sbin} or {@code /sbin}; empty if it is not installed. */
    public static Optional<String> find(String program) {
        if (program.contains("/")) {
            Path file = Path.of(program).toAbsolutePath();
            return Files.isExecutable(file) ? Optional.of(file.toString()) : Optional.empty();
        }
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        return Arrays.stream(path.split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
