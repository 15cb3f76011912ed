// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.daemon.unix.SocketFile;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;

/** The listening socket {@code /var/run/wireguard/IF.sock}. Its file is watched, and removed on close. Any thread. */
public final class UapiSocket implements AutoCloseable {
    private final SocketFile socket;

    private UapiSocket(SocketFile socket) {
        this.socket = socket;
    }

    /**
     * Creates the socket of interface {@code name} in {@code directory}, and the directory if it is missing.
     *
     * @throws IOException if a running process listens on the socket, or the system refuses; the message names the file
     */
    public static UapiSocket create(Path directory, String name) throws IOException {
        Path file = file(directory, name);
        try {
            makeDirectory(directory);
            return new UapiSocket(SocketFile.create(file));
        } catch (IOException e) {
            throw new IOException("cannot create UAPI socket " + file + ": " + SocketFile.reason(e), e);
        }
    }

    /**
     * Takes over a listening socket that the process inherited as file descriptor 0.
     *
     * @throws IOException if descriptor 0 is not a listening socket, or the socket's file is missing
     */
    public static UapiSocket inherit(Path directory, String name) throws IOException {
        Path file = file(directory, name);
        try {
            Channel inherited = System.inheritedChannel();
            if (inherited instanceof ServerSocketChannel channel) {
                return new UapiSocket(new SocketFile(file, channel));
            }
        } catch (IOException e) {
            throw new IOException("WG_UAPI_FD: cannot take over UAPI socket " + file + ": " + SocketFile.reason(e), e);
        }
        throw new IOException("WG_UAPI_FD: the file descriptor is not a listening socket");
    }

    private static Path file(Path directory, String name) {
        return directory.resolve(name + ".sock");
    }

    /** Waits for a connection and returns it. */
    SocketChannel accept() throws IOException {
        return socket.accept();
    }

    /** Returns when the file was removed or replaced, or the thread is interrupted. */
    public void awaitRemoval() throws IOException {
        Path file = socket.path();
        try (WatchService watcher = file.getFileSystem().newWatchService()) {
            file.getParent().register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
            while (socket.isPresent()) {
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
            socket.close();
        } catch (IOException e) {
            System.getLogger(UapiSocket.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "cannot remove UAPI socket {0}: {1}",
                            socket.path(),
                            SocketFile.reason(e));
        }
    }

    /** Makes the directory of the sockets, which everybody may list, if it is missing. */
    public static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
