package io.culvert.daemon.uapi;

import io.culvert.daemon.StartException;
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
 * The listening socket {@code /var/run/wireguard/IF.sock}: its file is taken over from a process that was killed, watched,
 * and removed at the end.
 *
 * <p>Made, watched and closed by different threads; the channel itself is safe for that, and all else is final.
 */
public final class UapiSocket implements AutoCloseable {
    private final Path file;
    private final ServerSocketChannel channel;
    // Which file it is, by device and inode.
    private final Object identity;

    private UapiSocket(Path file, ServerSocketChannel channel, Object identity) {
        this.file = file;
        this.channel = channel;
        this.identity = identity;
    }

    /**
     * Makes the socket of interface {@code name} in {@code directory}, which is made too when it is missing.
     *
     * @throws StartException when it cannot be, or belongs to a process that is alive
     */
    public static UapiSocket create(Path directory, String name) throws StartException {
        Path file = directory.resolve(name + ".sock");
        try {
            makeDirectory(directory);
            removeStale(file);
            // A socket that is bound and does not listen yet refuses connections, and wg removes such a *.sock: it
            // gets its name when it listens.
            Path unnamed = directory.resolve("." + name + ".new");
            Files.deleteIfExists(unnamed);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(unnamed));
                Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
                Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE);
                return new UapiSocket(file, channel, identity(file));
            } catch (IOException e) {
                channel.close();
                Files.deleteIfExists(unnamed);
                throw e;
            }
        } catch (IOException e) {
            throw new StartException("cannot make the socket " + file + ": " + reason(e), e);
        }
    }

    /**
     * Takes over a listening socket that was handed to the process as descriptor 0.
     *
     * @throws StartException when there is none
     */
    public static UapiSocket inherit(Path directory, String name) throws StartException {
        try {
            Channel inherited = System.inheritedChannel();
            if (inherited instanceof ServerSocketChannel channel) {
                Path file = directory.resolve(name + ".sock");
                return new UapiSocket(file, channel, identity(file));
            }
            throw new StartException("WG_UAPI_FD is not a listening socket", null);
        } catch (IOException e) {
            throw new StartException("cannot take over WG_UAPI_FD: " + reason(e), e);
        }
    }

    /** Waits for a connection. */
    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Returns when the file has been removed, or another has taken its place, or the thread is interrupted. */
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
            // The directory is gone, and the file with it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops listening and removes the file, if it is still this one. */
    @Override
    public void close() {
        try {
            if (isPresent()) {
                Files.deleteIfExists(file);
            }
            channel.close();
        } catch (IOException e) {
            System.getLogger(UapiSocket.class.getName()).log(System.Logger.Level.WARNING, "{0}", reason(e));
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

    /** Removes a socket on which nothing listens: that of a process that had no time to. */
    private static void removeStale(Path file) throws IOException, StartException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new StartException(file + " is in the way and is not a socket", null);
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(file)).close();
        } catch (ConnectException e) {
            Files.deleteIfExists(file);
            return;
        }
        throw new StartException(file + " is in use: the interface is served already", null);
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
