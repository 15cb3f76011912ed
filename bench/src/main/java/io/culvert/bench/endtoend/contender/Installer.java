package io.culvert.bench.endtoend.contender;

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
 * Gets programs: by the system's packages, by Go and by Cargo where those are there, each by the name of its package. What Go and Cargo
 * build is kept in a cache.
 */
public final class Installer {
    /** Finds the version in the path of what was built here. */
    static final Pattern VERSION = Pattern.compile("/(?:go|cargo)/.*@([^/]+)/");

    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Path HOME = Path.of(System.getProperty("user.home"));

    private final Path cache;
    private final boolean patient;
    private final Consumer<String> progress;

    /**
     * An installer.
     *
     * @param cache a directory, which need not be there yet
     * @param patient whether it may do what takes minutes
     * @param progress told what it begins to do
     */
    public Installer(Path cache, boolean patient, Consumer<String> progress) {
        this.cache = cache;
        this.patient = patient;
        this.progress = progress;
    }

    /** Where the cache is for who does not say: {@code $XDG_CACHE_HOME} or {@code ~/.cache}, and in it {@code culvert/peers}. */
    public static Path usualCache() {
        String given = System.getenv("XDG_CACHE_HOME");
        Path base = given == null || given.isEmpty() ? HOME.resolve(".cache") : Path.of(given);
        return base.resolve("culvert/peers");
    }

    /** A program that is installed, by its path or its name. */
    String onPath(String program) throws MissingException {
        return find(program).orElseThrow(() -> new MissingException("not installed: " + program));
    }

    /** Debian's packages, installed by the launcher's own means, which know how to ask for them. */
    void debian(String... packages) throws MissingException, InterruptedException {
        Path setup =
                Path.of(System.getProperty("culvert.launcher", "bin/culvert")).resolveSibling("setup.sh");
        List<String> command = new ArrayList<>(List.of("bash", "-c", ". \"$0\" && need \"$@\"", setup.toString()));
        command.addAll(List.of(packages));
        try {
            Shell.run(LIMIT, "", command);
        } catch (IOException e) {
            throw new MissingException(
                    "not installed: Debian's " + String.join(", ", packages) + " (" + e.getMessage() + ")");
        }
    }

    /** The newest version of a Go module that the proxy knows, or {@code otherwise}. */
    String newestByGo(String module, String otherwise) throws MissingException, InterruptedException {
        String go = tool("go", Path.of("/usr/local/go/bin/go"));
        try {
            return Shell.run(go, "list", "-m", "-f", "{{.Version}}", module + "@latest")
                    .strip();
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** A program that Go builds of a module's root, named as the module ends. */
    String byGo(String module, String version) throws MissingException, InterruptedException {
        String program = module.substring(module.lastIndexOf('/') + 1);
        Path root = cache.resolve("go").resolve(module + "@" + version);
        Path file = root.resolve(program);
        if (!Files.isExecutable(file)) {
            String go = tool("go", Path.of("/usr/local/go/bin/go"));
            build(file, List.of("env", "GOBIN=" + root, go, "install", module + "@" + version));
        }
        return file.toString();
    }

    /** A program that Cargo builds of a crate. */
    String byCargo(String crate, String version, String program) throws MissingException, InterruptedException {
        Path root = cache.resolve("cargo").resolve(crate + "@" + version);
        Path file = root.resolve("bin").resolve(program);
        if (!Files.isExecutable(file)) {
            String cargo = tool("cargo", HOME.resolve(".cargo/bin/cargo"));
            if (!patient) {
                throw new MissingException("not built yet, which takes minutes: a run without --quick does it");
            }
            build(file, List.of(cargo, "install", "-q", "--locked", "--root", root.toString(), crate + "@" + version));
        }
        return file.toString();
    }

    /** A program that the C compiler builds of one source. */
    String byC(String program, String source) throws MissingException, InterruptedException {
        Path root = cache.resolve("c").resolve(program + "@" + Integer.toHexString(source.hashCode()));
        Path file = root.resolve(program);
        if (!Files.isExecutable(file)) {
            debian("gcc", "libc6-dev", "linux-libc-dev");
            try {
                Files.createDirectories(root);
                Files.writeString(root.resolve(program + ".c"), source);
            } catch (IOException e) {
                throw new MissingException("the cache cannot be written: " + e.getMessage());
            }
            String[] words = {"gcc", "-std=gnu11", "-O3", "-march=native", "-pthread", "-o"};
            List<String> command = new ArrayList<>(Arrays.asList(words));
            command.addAll(List.of(file.toString(), file + ".c"));
            build(file, command);
        }
        return file.toString();
    }

    private void build(Path file, List<String> command) throws MissingException, InterruptedException {
        progress.accept("building " + file.getFileName() + ": " + String.join(" ", command));
        try {
            Shell.run(LIMIT, "", command);
        } catch (IOException e) {
            throw new MissingException("could not be built: " + e.getMessage());
        }
        if (!Files.isExecutable(file)) {
            throw new MissingException("building it left no " + file);
        }
    }

    private static String tool(String name, Path usual) throws MissingException {
        Optional<String> found = find(name);
        if (found.isEmpty() && Files.isExecutable(usual)) {
            found = Optional.of(usual.toString());
        }
        return found.orElseThrow(
                () -> new MissingException("not installed, and " + name + " to build it is not there"));
    }

    private static Optional<String> find(String program) {
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
