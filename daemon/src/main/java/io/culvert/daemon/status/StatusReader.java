// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import io.culvert.daemon.status.InterfaceStatus.Link;
import io.culvert.daemon.uapi.UapiClient;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks running interfaces for their state. One thread. */
public final class StatusReader {
    /** Where all userspace WireGuard programs have their sockets. */
    public static final Path SOCKETS = Path.of("/var/run/wireguard");

    private static final int MAX_NAME = 15;

    private final UapiClient client;
    /** Other programs log a request that they do not know, so they are asked once. */
    private final Set<String> others = new HashSet<>();

    /** A reader of the interfaces with sockets in a directory. */
    public StatusReader(Path directory) {
        client = new UapiClient(directory);
    }

    /** The interfaces that have a socket. */
    public List<String> names() throws IOException {
        return client.interfaces();
    }

    /** The state of all interfaces that have a socket, or of those with the given names. */
    public List<InterfaceStatus> read(List<String> names) throws IOException {
        return (names.isEmpty() ? names() : names).stream().map(this::read).toList();
    }

    /** The state of an interface, which may be that nothing answers for it. */
    public InterfaceStatus read(String name) {
        if (name.isEmpty() || name.contains("/") || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
            return InterfaceStatus.silent(name, Link.ELSEWHERE, "this is no name of an interface");
        }
        Link link = link(name);
        try {
            List<String> configuration = client.configuration(name);
            Optional<MetricsText> metrics = others.contains(name)
                    ? Optional.empty()
                    : client.metrics(name).map(MetricsText::new);
            if (metrics.isEmpty()) {
                others.add(name);
            }
            return InterfaceStatus.of(name, link, configuration, metrics);
        } catch (NoSuchFileException e) {
            return InterfaceStatus.silent(name, link, absent(link, e.getMessage()));
        } catch (IOException e) {
            return InterfaceStatus.silent(name, link, e.getMessage());
        } catch (IllegalArgumentException e) {
            return InterfaceStatus.silent(name, link, "its program does not speak the UAPI: " + e.getMessage());
        }
    }

    private static String absent(Link link, String file) {
        return link == Link.ELSEWHERE
                ? "there is neither such an interface nor the socket " + file
                : "no userspace WireGuard carries it: there is no socket " + file
                        + "; for the kernel's WireGuard use wg show";
    }

    /** By ioctl: the JDK does not see interfaces without addresses. */
    private static Link link(String name) {
        try {
            int socket = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
            long request = TunDevice.request(name);
            try {
                Linux.ioctl(socket, linux_h.SIOCGIFFLAGS, request);
                return (ifreq.ifr_ifru$ifru_flags(request) & linux_h.IFF_UP) != 0 ? Link.UP : Link.DOWN;
            } finally {
                Memory.free(request);
                Linux.close(socket);
            }
        } catch (ErrnoException e) {
            return Link.ELSEWHERE;
        }
    }
}
