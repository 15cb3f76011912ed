// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The listening socket {@code /var/run/wireguard/IF.sock}. A file left behind by a killed process is replaced; the own
 * file is watched, and removed on close.
 *
 * <p>Thread-safe: the channel is, and all other fields are final.
 */
public final class UapiSocket implements AutoCloseable {
    private final Path file;
    private final ServerSocketChannel channel;
    // The file's device and inode.
    private final Object identity;

    private UapiSocket(Path file, ServerSocketChannel channel, Object identity) {
        this.file = file;
        this.channel = channel;
        this.identity = identity;
    }

    /**
     * Creates the socket of interface {@code name} in {@code directory}, and the directory if it is missing.
     *
     * @throws IOException if a running process listens on the socket, or the system refuses; the message names the file
     */
    public static UapiSocket create(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + ".sock");
        try {
            makeDirectory(directory);
            removeStale(file);
            // wg removes a *.sock that refuses connections, as a bound socket does until it listens. So it is bound
            // under another name and renamed when it listens.
            Path temporary = directory.resolve("." + name + ".new");
            Files.deleteIfExists(temporary);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(temporary));
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                return new UapiSocket(file, channel, identity(file));
            } catch (IOException e) {
                channel.close();
                Files.deleteIfExists(temporary);
                throw e;
            }
        } catch (IOException e) {
            throw new IOException("cannot create UAPI socket " + file + ": " + reason(e), e);
        }
    }

    /**
     * Takes over a listening socket that the process inherited as file descriptor 0.
     *
     * @throws IOException if descriptor 0 is not a listening socket, or the socket's file is missing
     */
    public static UapiSocket inherit(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + ".sock");
        try {
            Channel inherited = System.inheritedChannel();
            if (inherited instanceof ServerSocketChannel channel) {
                return new UapiSocket(file, channel, identity(file));
            }
        } catch (IOException e) {
            throw new IOException("WG_UAPI_FD: cannot take over UAPI socket " + file + ": " + reason(e), e);
        }
        throw new IOException("WG_UAPI_FD: the file descriptor is not a listening socket");
    }

    /** Waits for a connection and returns it. */
    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Returns when the file was removed or replaced, or the thread is interrupted. */
    public void awaitRemoval() throws IOException {
        try (WatchService watcher = file.getFileSystem().newWatchService()) {
            file.getParent().register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
            while (isPresent()) {
                WatchKey key = watcher.take();
                key.pollEvents();
                if (!key.reset()) {
                    return;
                }
            }
        } catch (NoSuchFileException e) {
            // The directory was removed, and the file with it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops listening and removes the file, unless another process has replaced it. */
    @Override
    public void close() {
        try {
            if (isPresent()) {
                Files.deleteIfExists(file);
            }
            channel.close();
        } catch (IOException e) {
            System.getLogger(UapiSocket.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot remove UAPI socket {0}: {1}", file, reason(e));
        }
    }

    private boolean isPresent() throws IOException {
        try {
            return identity(file).equals(identity);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
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
        throw refused(file, "in use by another process, which serves this interface");
    }

    private static FileSystemException refused(Path file, String reason) {
        return new FileSystemException(file.toString(), null, reason);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
    }
}
