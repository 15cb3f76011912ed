// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A configuration file, and the interface that it is about.
 *
 * @param path where it is
 * @param name of the interface: the file's name without {@code .conf}
 */
public record ConfigFile(Path path, String name) {
    private static final List<Path> DIRECTORIES = List.of(Path.of("/etc/wireguard"), Path.of("/etc/culvert"));
    private static final String SUFFIX = ".conf";
    private static final String NAME = "[a-zA-Z0-9_=+.-]{1,15}";
    private static final long LARGEST = 64L << 20;
    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    /**
     * The file that an argument names: a path that ends with {@code .conf}, or an interface whose file is in
     * {@code /etc/wireguard} or {@code /etc/culvert}. It need not exist.
     *
     * @throws ConfigException if no interface can have the name
     */
    public static ConfigFile of(String argument) throws ConfigException {
        if (argument.contains("/") || argument.endsWith(SUFFIX)) {
            Path path = Path.of(argument).toAbsolutePath().normalize();
            String file = path.getFileName() == null ? "" : path.getFileName().toString();
            if (!file.endsWith(SUFFIX)) {
                throw new ConfigException(
                        argument + ": the file must be named like the interface, followed by .conf: wg0.conf");
            }
            return new ConfigFile(path, checked(file.substring(0, file.length() - SUFFIX.length()), argument));
        }
        String name = checked(argument, argument);
        return DIRECTORIES.stream()
                .map(directory -> new ConfigFile(directory.resolve(name + SUFFIX), name))
                .filter(file -> Files.exists(file.path))
                .findFirst()
                .orElse(new ConfigFile(DIRECTORIES.getFirst().resolve(name + SUFFIX), name));
    }

    private static String checked(String name, String argument) throws ConfigException {
        if (!name.matches(NAME) || name.equals(".") || name.equals("..")) {
            throw new ConfigException(argument + ": \"" + name + "\" cannot be an interface's name, which has 1 to 15"
                    + " characters of a-z, A-Z, 0-9, and _ = + . -");
        }
        return name;
    }

    /**
     * Reads and parses it.
     *
     * @throws ConfigException if anything in it is wrong
     * @throws IOException if it cannot be read
     */
    public ConfigParser.Parsed read() throws ConfigException, IOException {
        if (!Files.exists(path)) {
            throw new ConfigException(path + " does not exist");
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(path)) {
            if (channel.size() > LARGEST) {
                throw new ConfigException(path + " is larger than " + LARGEST + " bytes");
            }
            ByteBuffer bytes = arena.allocate(Math.max(1, channel.size())).asByteBuffer();
            try {
                while (bytes.hasRemaining() && channel.read(bytes) > 0) {
                    continue;
                }
                ConfigParser.Parsed parsed = ConfigParser.parse(path.toString(), bytes.flip());
                List<String> warnings = new ArrayList<>(accessWarnings());
                warnings.addAll(parsed.warnings());
                return new ConfigParser.Parsed(parsed.config(), warnings);
            } finally {
                for (int i = 0; i < bytes.capacity(); i++) {
                    bytes.put(i, (byte) 0);
                }
            }
        }
    }

    /** Others reach the file only if they may enter its directory, too. */
    private List<String> accessWarnings() throws IOException {
        Path real = path.toRealPath();
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(real);
        boolean open = permissions.stream().anyMatch(OF_OTHERS::contains)
                && Files.getPosixFilePermissions(real.getParent()).stream().anyMatch(OF_OTHERS::contains);
        return open ? List.of(path + " is accessible to all users: chmod o-rwx " + path) : List.of();
    }
}
