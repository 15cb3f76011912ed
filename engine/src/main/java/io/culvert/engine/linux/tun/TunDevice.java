// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Tun;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Errno;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A TUN interface of Linux (Documentation/networking/tuntap.rst), with a virtio-net header in front of each packet and
 * the offloads that need one. This class creates the queues, which workers read and write through their descriptors,
 * and {@link TunMonitor} watches the interface.
 */
public final class TunDevice implements Tun, TunQueues {
    /** The MTU of a new interface: 1500 less 80 bytes of IPv6, UDP and WireGuard. */
    public static final int DEFAULT_MTU = 1420;

    private static final Logger LOG = System.getLogger(TunDevice.class.getName());
    private static final Path DEVICE = Path.of("/dev/net/tun");
    private static final int MAX_NAME = 15;
    /** Packets in each queue; the kernel's default of 500 overflows within one burst of small packets. */
    private static final int TX_QUEUE_LENGTH = 1000;

    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int PROBE_SEGMENT = 1000;
    private static final long SIOCSIFTXQLEN = 0x8943;
    private static final int TSO = linux_h.TUN_F_TSO4 | linux_h.TUN_F_TSO6;
    /** The kernel accepts only both together. */
    private static final int USO = linux_h.TUN_F_USO4 | linux_h.TUN_F_USO6;
    /** With and without a checksum in the outer UDP header. */
    private static final int TUNNELS = linux_h.TUN_F_UDP_TUNNEL_GSO | linux_h.TUN_F_UDP_TUNNEL_GSO_CSUM;

    private final String name;
    private final int[] queues;
    private final TunMonitor monitor;
    /** Bytes of the virtio-net header before: not {@link VirtioNetHeader#BYTES} if another program made the queue. */
    private final int headerBytesBefore;

    private boolean closed;

    private TunDevice(String name, int[] queues, boolean own) throws IOException {
        this.name = name;
        this.queues = queues;
        headerBytesBefore = headerBytes(linux_h.TUNGETVNETHDRSZ, 0);
        headerBytes(linux_h.TUNSETVNETHDRSZ, VirtioNetHeader.BYTES);
        monitor = new TunMonitor(name, queues[0], own);
    }

    /** Reads or sets the size of the virtio-net header of all queues; returns it. */
    private int headerBytes(long request, int bytes) throws ErrnoException {
        long size = Memory.allocate(Integer.BYTES, Integer.BYTES);
        try {
            Memory.putInt(size, bytes);
            Linux.ioctl(queues[0], request, size);
            return Memory.getInt(size);
        } finally {
            Memory.free(size);
        }
    }

    /**
     * Creates an interface.
     *
     * @param name at most 15 bytes
     * @param queues one for each worker, at least 1
     * @throws IOException when the name is not valid or taken, or when the system refuses; the message says which
     */
    public static TunDevice create(String name, int queues) throws IOException {
        checkName(name);
        int[] descriptors = new int[queues];
        int opened = 0;
        try {
            for (; opened < queues; opened++) {
                descriptors[opened] = openQueue(name, queues > 1);
            }
            prepare(name);
            return new TunDevice(name, descriptors, true);
        } catch (IOException e) {
            closeAll(descriptors, opened);
            throw e;
        }
    }

    /**
     * Adopts an interface that another program created and passed as an open descriptor (WG_TUN_FD). It must have been
     * created with IFF_VNET_HDR; it gets {@code queues} queues if it was created with IFF_MULTI_QUEUE, else one. Until
     * {@link #close} its virtio-net headers have {@value VirtioNetHeader#BYTES} bytes.
     *
     * @throws IOException when the descriptor is not that of such an interface
     */
    public static TunDevice adopt(int descriptor, int queues) throws IOException {
        long request = Memory.allocate(ifreq.sizeof(), 8);
        try {
            Linux.ioctl(descriptor, linux_h.TUNGETIFF, request);
            int flags = Short.toUnsignedInt(ifreq.ifr_ifru$ifru_flags(request));
            String name = Memory.all().getString(ifreq.ifr_ifrn$ifrn_name(request));
            int needed = linux_h.IFF_TUN | linux_h.IFF_NO_PI | linux_h.IFF_VNET_HDR;
            if ((flags & needed) != needed) {
                throw new IOException("interface " + name + " was created without IFF_TUN, IFF_NO_PI or IFF_VNET_HDR");
            }
            Linux.fcntl(descriptor, linux_h.F_SETFL, linux_h.O_NONBLOCK);
            int[] descriptors = new int[(flags & linux_h.IFF_MULTI_QUEUE) != 0 ? queues : 1];
            descriptors[0] = descriptor;
            for (int i = 1; i < descriptors.length; i++) {
                descriptors[i] = openQueue(name, true);
            }
            return new TunDevice(name, descriptors, false);
        } catch (ErrnoException e) {
            throw new IOException("descriptor " + descriptor + " is not a TUN queue: " + e.getMessage(), e);
        } finally {
            Memory.free(request);
        }
    }

    private static void checkName(String name) throws IOException {
        String wrong = null;
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            wrong = "is reserved or empty";
        } else if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
            wrong = "is longer than " + MAX_NAME + " bytes";
        } else if (name.chars().anyMatch(c -> c == '/' || c == ':' || c == '%' || c <= ' ' || c == 0x7f)) {
            wrong = "contains a slash, a colon, a percent sign or white space";
        }
        if (wrong != null) {
            throw new IOException("interface name \"" + name + "\" " + wrong);
        }
    }

    private static int openQueue(String name, boolean multiQueue) throws IOException {
        int descriptor = openDevice();
        long request = request(name);
        try {
            int flags = linux_h.IFF_TUN | linux_h.IFF_NO_PI | linux_h.IFF_VNET_HDR;
            ifreq.ifr_ifru$ifru_flags(request, (short) (multiQueue ? flags | linux_h.IFF_MULTI_QUEUE : flags));
            Linux.ioctl(descriptor, linux_h.TUNSETIFF, request);
            return descriptor;
        } catch (ErrnoException e) {
            Linux.close(descriptor);
            throw new IOException(
                    switch (e.errno()) {
                        case linux_h.EBUSY -> "interface " + name + " exists and another program uses it";
                        case linux_h.EINVAL ->
                            "interface " + name + " exists and is not a TUN interface with the same flags";
                        case linux_h.EPERM -> "no permission to create interface " + name + ": CAP_NET_ADMIN is needed";
                        default -> "interface " + name + ": " + e.getMessage();
                    },
                    e);
        } finally {
            Memory.free(request);
        }
    }

    private static int openDevice() throws IOException {
        try {
            return Linux.open(DEVICE.toString(), linux_h.O_RDWR | linux_h.O_NONBLOCK);
        } catch (ErrnoException e) {
            throw new IOException(
                    switch (e.errno()) {
                        case linux_h.ENOENT, linux_h.ENODEV, linux_h.ENXIO ->
                            DEVICE + " is missing: load the kernel module tun, or give the container the device";
                        case linux_h.EACCES, linux_h.EPERM -> "no permission to open " + DEVICE;
                        default -> e.getMessage();
                    },
                    e);
        }
    }

    /** Allocates a zeroed {@code struct ifreq} with an interface's name of at most 15 bytes; the caller frees it. */
    public static long request(String name) {
        long request = Memory.allocate(ifreq.sizeof(), 8);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Memory.copy(bytes, 0, ifreq.ifr_ifrn$ifrn_name(request), bytes.length);
        return request;
    }

    /**
     * Has the kernel deliver super-packets of TCP, of UDP (Linux 6.2), of both or of neither from now on.
     *
     * @param tunnels also those inside UDP tunnels (Linux 6.17); the kernel refuses these alone
     * @return why the kernel refused and the setting is unchanged; empty on success
     */
    public Optional<String> offload(boolean tcp, boolean udp, boolean tunnels) {
        int flags = (tcp ? TSO : 0) | (udp ? USO : 0) | (tunnels ? TUNNELS : 0);
        try {
            Linux.ioctl(queues[0], linux_h.TUNSETOFFLOAD, flags == 0 ? 0 : flags | linux_h.TUN_F_CSUM);
            return Optional.empty();
        } catch (ErrnoException e) {
            return Optional.of("TUNSETOFFLOAD: " + Errno.text(e.errno()));
        }
    }

    /** Lets the kernel's super-packets have only the segments that fit one send, where that harms nobody. */
    public void limitSegments() {
        monitor.limitSegments();
    }

    @Override
    public void softwareSegmentation() {
        monitor.softwareSegmentation();
    }

    /**
     * Writes a super-packet to the interface, which must be down. The kernel checks the packet before it reports that
     * the interface is down, and answers EINVAL if it does not support the GSO type (Linux 6.6.44 and some others of
     * that time do so by mistake).
     *
     * @param gsoType {@link VirtioNetHeader#GSO_TCPV4} or {@link VirtioNetHeader#GSO_UDP_L4}
     * @return why the kernel refuses such super-packets; empty if it accepts them
     */
    public Optional<String> probeSuperPacket(int gsoType) {
        boolean tcp = gsoType == VirtioNetHeader.GSO_TCPV4;
        int header = IpPacket.IPV4_HEADER + (tcp ? TCP_HEADER : UDP_HEADER);
        int length = header + 2 * PROBE_SEGMENT;
        long probe = Memory.allocate(VirtioNetHeader.BYTES + length, 8);
        try {
            VirtioNetHeader.set(probe, gsoType, header, PROBE_SEGMENT, IpPacket.IPV4_HEADER, tcp ? 16 : 6);
            long packet = probe + VirtioNetHeader.BYTES;
            Memory.putByte(packet, (byte) 0x45);
            Memory.putShortBE(packet + 2, length);
            Memory.putByte(packet + 9, (byte) (tcp ? IpPacket.TCP : IpPacket.UDP));
            Memory.putByte(packet + IpPacket.IPV4_HEADER + 12, (byte) (tcp ? 0x50 : 0));
            int result = Linux.write(new CallState(), queues[0], probe, VirtioNetHeader.BYTES + length);
            return result == -linux_h.EINVAL
                    ? Optional.of("TUN write: " + Errno.text(linux_h.EINVAL))
                    : Optional.empty();
        } finally {
            Memory.free(probe);
        }
    }

    /** Sets the MTU and the queue length, which the interface keeps wherever it is moved. */
    private static void prepare(String name) throws IOException {
        int control = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        long request = request(name);
        try {
            ifreq.ifr_ifru$ifru_mtu(request, DEFAULT_MTU);
            Linux.ioctl(control, linux_h.SIOCSIFMTU, request);
            ifreq.ifr_ifru$ifru_ivalue(request, TX_QUEUE_LENGTH);
            Linux.ioctl(control, SIOCSIFTXQLEN, request);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "interface {0} keeps its default settings: {1}", name, e.getMessage());
        } finally {
            Memory.free(request);
            Linux.close(control);
        }
    }

    @Override
    public int descriptor(int queue) {
        return queues[queue];
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return monitor.mtu();
    }

    @Override
    public int queues() {
        return queues.length;
    }

    @Override
    public List<Shortfall> shortfalls() {
        return monitor.shortfalls();
    }

    @Override
    public void listen(Listener listener) {
        monitor.start(listener);
    }

    /**
     * The number of packets that the kernel dropped because a queue was full. Any thread, but not on the data path: it
     * reads a file in the interface's network namespace.
     *
     * @throws IOException when the interface cannot be read, such as after its removal
     */
    public synchronized long drops() throws IOException {
        if (closed) {
            throw new IOException("TUN interface " + name + " is closed");
        }
        return monitor.drops();
    }

    /**
     * Stops the monitor and closes the queues, which removes the interface. The workers must have closed their I/O
     * before.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            monitor.close();
            restoreHeader();
            closeAll(queues, queues.length);
        }
    }

    /**
     * Gives the headers of an interface that remains their former size. Super-packets inside tunnels, which need the
     * larger size, end first.
     */
    private void restoreHeader() {
        if (headerBytesBefore != VirtioNetHeader.BYTES) {
            offload(false, false, false);
            try {
                headerBytes(linux_h.TUNSETVNETHDRSZ, headerBytesBefore);
            } catch (ErrnoException e) {
                LOG.log(Level.DEBUG, "the header of interface {0} keeps its size: {1}", name, e.getMessage());
            }
        }
    }

    private static void closeAll(int[] descriptors, int count) {
        for (int i = 0; i < count; i++) {
            try {
                Linux.close(descriptors[i]);
            } catch (ErrnoException e) {
                LOG.log(Level.DEBUG, "closing a TUN queue failed", e);
            }
        }
    }
}
