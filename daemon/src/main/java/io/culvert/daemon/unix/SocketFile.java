// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.unix;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A listening Unix socket that only its owner can open, and its file. A file left behind by a killed process is
 * replaced.
 *
 * <p>Thread-safe: the channel is, and all other fields are final.
 */
public final class SocketFile implements AutoCloseable {
    private final Path file;
    private final ServerSocketChannel channel;
    // The file's device and inode.
    private final Object identity;

    /**
     * Takes over a socket that listens on a file.
     *
     * @throws IOException if the file is missing
     */
    public SocketFile(Path file, ServerSocketChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        identity = identity(file);
    }

    /**
     * Makes one, in a directory that exists.
     *
     * @throws IOException if a running process listens on the socket, or the system refuses
     */
    public static SocketFile create(Path file) throws IOException {
        removeStale(file);
        // Clients remove a socket that refuses connections, as a bound one does until it listens. So it is bound under
        // another name and renamed when it listens.
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return new SocketFile(file, channel);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** The file. */
    public Path path() {
        return file;
    }

    /** Waits for a connection and returns it. */
    public SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Whether the file is still this socket's. */
    public boolean isPresent() throws IOException {
        try {
            return identity(file).equals(identity);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Stops listening and removes the file, unless another process has replaced it. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (isPresent()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Why the system refused something, in words. */
    public static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
    }

    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Removes a socket on which no process listens, such as that of a killed process. */
    private static void removeStale(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw refused(file, "the file exists and is not a socket; remove it");
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(file)).close();
        } catch (ConnectException e) {
            Files.deleteIfExists(file);
            return;
        }
        throw refused(file, "in use by another process");
    }

    private static FileSystemException refused(Path file, String reason) {
        return new FileSystemException(file.toString(), null, reason);
    }
}
