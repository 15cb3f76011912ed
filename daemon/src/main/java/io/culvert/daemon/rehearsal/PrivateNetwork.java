package io.culvert.daemon.rehearsal;

import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet4Address;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network namespace without a name, and the one thread that is in it. Sockets and interfaces made by that thread are of that
 * namespace wherever they are used, and threads started by it are in it too. The namespace goes with the last of them.
 *
 * <p>Any thread may use it; calls are run one after the other.
 */
final class PrivateNetwork implements AutoCloseable {
    private final ExecutorService thread;

    /**
     * Makes a namespace, in which nothing is but a loopback interface that is down.
     *
     * @param name of the thread
     * @throws IOException when the system refuses; it takes CAP_SYS_ADMIN
     */
    PrivateNetwork(String name) throws IOException {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
        try {
            call(() -> {
                Linux.unshare(linux_h.CLONE_NEWNET);
                return null;
            });
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Has the namespace's thread do something, and waits for it.
     *
     * @throws IOException when that fails, for whatever reason
     */
    <T> T call(Callable<T> task) throws IOException {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException known ? known : new IOException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Sets an interface up. */
    void up(String link) throws IOException {
        call(() -> {
            change(link, linux_h.SIOCSIFFLAGS, request -> ifreq.ifr_ifru$ifru_flags(request, (short) linux_h.IFF_UP));
            return null;
        });
    }

    /** Gives a point-to-point interface its address, and a route to the one address at its other end. */
    void address(String link, Inet4Address local, Inet4Address remote) throws IOException {
        call(() -> {
            change(link, linux_h.SIOCSIFADDR, request -> put(request, local));
            change(link, linux_h.SIOCSIFDSTADDR, request -> put(request, remote));
            return null;
        });
    }

    /** Fills the union of a {@code struct ifreq}. */
    private interface Change {
        void fill(long request);
    }

    private static void change(String link, int operation, Change change) throws ErrnoException {
        int control = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        long request = TunDevice.request(link);
        try {
            change.fill(request);
            Linux.ioctl(control, operation, request);
        } finally {
            Memory.free(request);
            Linux.close(control);
        }
    }

    /** A {@code struct sockaddr_in}: family, port, address. */
    private static void put(long request, Inet4Address address) {
        long socket = ifreq.ifr_ifru$ifru_addr(request);
        Memory.putShort(socket, (short) linux_h.AF_INET);
        Memory.copy(address.getAddress(), 0, socket + 4, 4);
    }

    /** Ends the thread after what it was given to do. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
