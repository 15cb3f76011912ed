// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.AnonymousNamespace;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.OffloadState;
import io.culvert.engine.linux.udp.SocketBind;
import io.culvert.natives.linux.LibUring;
import io.culvert.natives.linux.Linux;
import io.culvert.ring.IoUring;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The machine that the process runs on. It changes nothing that outlives a call. */
final class LinuxHost implements Host {
    private static final String PROBE = "culvert-probe";
    private static final long CIPHER_SECONDS = 30;

    private static final String MEMORY = "MemTotal:";

    private static final int KIBI = 1024;
    private static final int PIECE_BYTES = 64 * 1024;

    private final Aeads aeads = new Aeads(AeadChoice.AUTO);

    LinuxHost() {
        // It takes some seconds, in which the other checks run.
        aeads.warmUp();
    }

    @Override
    public Optional<String> read(String file) {
        // Sysctls have a content for a read at offset 0 only, which must have room for all of it.
        byte[] piece = new byte[PIECE_BYTES];
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (InputStream in = new FileInputStream(file)) {
            for (int count = in.read(piece); count > 0; count = in.read(piece)) {
                content.write(piece, 0, count);
            }
            return Optional.of(content.toString(StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean exists(String file) {
        return Files.exists(Path.of(file));
    }

    @Override
    public boolean isAccessible(String file) {
        return Files.isReadable(Path.of(file)) && Files.isWritable(Path.of(file));
    }

    @Override
    public Optional<String> program(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        return Arrays.stream(path.split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    @Override
    public String kernel() {
        return System.getProperty("os.version");
    }

    @Override
    public String architecture() {
        return System.getProperty("os.arch");
    }

    @Override
    public boolean isRoot() {
        return Linux.geteuid() == 0;
    }

    @Override
    public long memoryMebibytes() {
        long mebibytes = read("/proc/meminfo")
                .orElse("")
                .lines()
                .filter(line -> line.startsWith(MEMORY))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIBI)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        // The JVM knows the limits of cgroups.
        com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return Math.min(mebibytes, system.getTotalMemorySize() / KIBI / KIBI);
    }

    @Override
    public Optional<Boolean> isClockSynchronized() {
        try {
            return Optional.of(Linux.isClockSynchronized());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<String> environment(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isBlank());
    }

    @Override
    public List<String> jvmOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    @Override
    public int javaRelease() {
        return Runtime.version().feature();
    }

    @Override
    public Optional<String> ioUringUnavailable() {
        return IoUring.unavailableReason();
    }

    @Override
    public Optional<String> liburingUnavailable() {
        return LibUring.unavailableReason();
    }

    @Override
    public Cipher cipher() {
        try {
            aeads.warmedUp().get(CIPHER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // What serves then is what would serve a daemon.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        double times = aeads.lastChange().map(Aeads.ChangeOver::timesFormer).orElse(1.0);
        return new Cipher(aeads.implementation(), times, Aeads.kernelsUnavailableReason());
    }

    /** In a network namespace of its own where that is allowed, so that nobody sees the interface. */
    @Override
    public List<OffloadState> offloads() throws IOException {
        AnonymousNamespace namespace;
        try {
            namespace = new AnonymousNamespace(PROBE);
        } catch (IOException e) {
            return probe();
        }
        try (namespace) {
            return namespace.call(LinuxHost::probe);
        }
    }

    private static List<OffloadState> probe() throws IOException {
        LinuxPlatform platform = new LinuxPlatform(new LinuxPlatform.Options(PROBE, 1));
        try {
            return platform.offloads();
        } finally {
            platform.tun().close();
        }
    }

    @Override
    public List<Optional<String>> udpOffloadsUnavailable() {
        SocketBind sockets = new SocketBind(true, true, 1);
        return List.of(sockets.gsoUnavailableReason(), sockets.groUnavailableReason());
    }

    @Override
    public Map<String, CardFeature> cardFeatures(String link) throws IOException {
        return CardFeatures.of(link);
    }

    /** A connected socket knows its route; no packet is sent. */
    @Override
    public Route route(InetSocketAddress endpoint) throws IOException {
        int mtu = PathMtu.of(endpoint);
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(endpoint);
            InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
            NetworkInterface link = NetworkInterface.getByInetAddress(local.getAddress());
            return new Route(link == null ? "" : link.getName(), mtu);
        }
    }
}
