// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that appear at once and complete, on disk, and readable by their owner only unless said otherwise. */
public final class PrivateFile {
    /** Read and written by its owner. */
    public static final String PRIVATE = "rw-------";

    /** Read by all. */
    public static final String PUBLIC = "rw-r--r--";

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final long MAX_BYTES = 1 << 20;

    private PrivateFile() {}

    /**
     * Creates a private file.
     *
     * @throws IOException if it exists; the message says so
     */
    public static void create(Path file, String text) throws IOException {
        Path temporary = writeTemporary(file, text, PRIVATE);
        try {
            Files.createLink(file, temporary); // unlike a rename, it replaces nothing
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " exists already: it is left as it is");
        } finally {
            Files.delete(temporary);
        }
        forceDirectory(file);
    }

    /** Writes a file in place of the one that may be there. */
    public static void replace(Path file, String text, String permissions) throws IOException {
        Path temporary = writeTemporary(file, text, permissions);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(file);
    }

    private static Path writeTemporary(Path file, String text, String permissions) throws IOException {
        Path directory = directory(file);
        Path temporary = Files.createTempFile(
                directory,
                "." + file.getFileName(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.delete(temporary);
            throw e;
        }
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
        return temporary;
    }

    private static Path directory(Path file) {
        return file.toAbsolutePath().getParent();
    }

    private static void forceDirectory(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(directory(file))) {
            channel.force(true);
        }
    }

    /**
     * Reads a file that others may not read.
     *
     * @throws IOException if they may; the message says what to do
     */
    public static String read(Path file) throws IOException {
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
            if (OTHERS.contains(permission)) {
                throw new IOException(file + " is a secret that others may use: chmod 600 " + file);
            }
        }
        return readPublic(file);
    }

    /** Reads a text of at most 1 MiB. */
    public static String readPublic(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " has more than " + MAX_BYTES + " bytes: it is another file");
        }
        return Files.readString(file);
    }

    /** Creates a directory that only its owner may enter, with those above it, unless it exists. */
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
