// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.ConfigException;
import io.culvert.daemon.wgquick.config.ConfigParser;
import io.culvert.daemon.wgquick.config.ConfigWriter;
import io.culvert.daemon.wgquick.config.InterfaceConfig;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code up} did for an interface, in a file under {@code /run/culvert}. It is written before each thing is done,
 * so that all of it can be undone whatever happens, and holds no secret. Immutable.
 *
 * @param device the interface
 * @param file the configuration file
 * @param namespace the network namespace, as the kernel names it
 * @param mark of the tunnel's packets, if {@code up} chose it; else 0
 * @param progress which commands of the file have been run
 * @param endpoints by public key in Base64: the endpoint as the file has it, and the address that it had
 * @param steps what was done, in order
 * @param self the section {@code [Interface]}, without the private key
 */
record TunnelState(
        String device,
        Path file,
        String namespace,
        int mark,
        Progress progress,
        Map<String, Resolved> endpoints,
        List<Step> steps,
        InterfaceConfig self) {
    private static final Path DIRECTORY = Path.of("/run/culvert");
    private static final String SUFFIX = ".state";
    private static final String HEADER = "culvert-state 1";

    /** Which commands of the file have been run, and so which ones undo their effects. */
    enum Progress {
        NONE,
        PRE_UP,
        POST_UP
    }

    /**
     * An endpoint.
     *
     * @param text as the file has it
     * @param address numeric, with the port
     */
    record Resolved(String text, String address) {}

    /** The state of a tunnel of which nothing has been done. */
    static TunnelState begin(String device, Path file, InterfaceConfig self) throws IOException {
        return new TunnelState(device, file, currentNamespace(), 0, Progress.NONE, Map.of(), List.of(), self);
    }

    /** The directory of all states, which is made if it is missing. */
    static Path directory() throws IOException {
        if (!Files.isDirectory(DIRECTORY)) {
            Files.createDirectories(DIRECTORY);
            Files.setPosixFilePermissions(DIRECTORY, PosixFilePermissions.fromString("rwx------"));
        }
        return DIRECTORY;
    }

    /** The network namespace of this process. */
    static String currentNamespace() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    }

    /** The state of an interface; empty if {@code up} has not made it. */
    static Optional<TunnelState> read(String device) throws IOException {
        Path path = DIRECTORY.resolve(device + SUFFIX);
        try {
            return Optional.of(parse(device, path, Files.readString(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The states of all other interfaces of this network namespace. */
    static List<TunnelState> others(String device) throws IOException {
        List<TunnelState> others = new ArrayList<>();
        String namespace = currentNamespace();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory(), "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String other = name.substring(0, name.length() - SUFFIX.length());
                if (!other.equals(device)) {
                    read(other)
                            .filter(state -> state.namespace.equals(namespace))
                            .ifPresent(others::add);
                }
            }
        }
        return others;
    }

    TunnelState withMark(int chosen) {
        return new TunnelState(device, file, namespace, chosen, progress, endpoints, steps, self);
    }

    TunnelState withProgress(Progress reached) {
        return new TunnelState(device, file, namespace, mark, reached, endpoints, steps, self);
    }

    TunnelState withEndpoints(Map<String, Resolved> resolved) {
        return new TunnelState(device, file, namespace, mark, progress, resolved, steps, self);
    }

    TunnelState withSteps(List<Step> done) {
        return new TunnelState(device, file, namespace, mark, progress, endpoints, done, self);
    }

    TunnelState withConfig(Path from, InterfaceConfig config) {
        return new TunnelState(device, from, namespace, mark, progress, endpoints, steps, config);
    }

    /** Writes the file, at once, and returns this state. */
    TunnelState write() throws IOException {
        StringBuilder text = new StringBuilder(HEADER + "\n");
        text.append("file ").append(file).append('\n');
        text.append("namespace ").append(namespace).append('\n');
        text.append("mark ").append(Integer.toUnsignedString(mark)).append('\n');
        text.append("progress ").append(progress).append('\n');
        endpoints.forEach((key, endpoint) ->
                text.append("endpoint " + key + " " + endpoint.text + " " + endpoint.address + "\n"));
        steps.forEach(step -> text.append("step ").append(step.text()).append('\n'));
        text.append('\n').append(config());
        Path temporary = Files.createTempFile(directory(), device, ".new");
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, DIRECTORY.resolve(device + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return this;
    }

    private String config() throws IOException {
        InterfaceConfig open = new InterfaceConfig(
                null,
                self.listenPort(),
                self.fwmark(),
                self.addresses(),
                self.dns(),
                self.dnsSearch(),
                self.mtu(),
                self.table(),
                self.hooks(),
                self.saveConfig());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ConfigWriter.write(new TunnelConfig(open, List.of()), Channels.newChannel(bytes));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Removes the file. */
    void delete() throws IOException {
        Files.deleteIfExists(DIRECTORY.resolve(device + SUFFIX));
    }

    private static TunnelState parse(String device, Path path, String text) throws IOException {
        int end = text.indexOf("\n\n");
        if (!text.startsWith(HEADER + "\n") || end < 0) {
            throw new IOException(path + " is not a state of this version; remove it");
        }
        Map<String, String> header = new LinkedHashMap<>();
        Map<String, Resolved> endpoints = new LinkedHashMap<>();
        List<Step> steps = new ArrayList<>();
        for (String line : text.substring(0, end).lines().skip(1).toList()) {
            String[] words = line.split(" ", 2);
            String rest = words.length == 2 ? words[1] : "";
            switch (words[0]) {
                case "step" -> steps.add(Step.parse(rest));
                case "endpoint" -> {
                    String[] parts = rest.split(" ", 3);
                    endpoints.put(parts[0], new Resolved(parts[1], parts[2]));
                }
                default -> header.put(words[0], rest);
            }
        }
        return new TunnelState(
                device,
                Path.of(header.getOrDefault("file", "")),
                header.getOrDefault("namespace", ""),
                Integer.parseUnsignedInt(header.getOrDefault("mark", "0")),
                Progress.valueOf(header.getOrDefault("progress", "NONE")),
                endpoints,
                steps,
                config(path, text.substring(end)));
    }

    private static InterfaceConfig config(Path path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        try {
            return ConfigParser.parse(path.toString(), direct).config().self();
        } catch (ConfigException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
