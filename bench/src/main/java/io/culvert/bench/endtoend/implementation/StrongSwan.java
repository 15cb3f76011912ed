// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IPsec in user space: strongSwan's charon with its plugin kernel-libipsec, which carries ESP in UDP over a TUN
 * interface.
 */
final class StrongSwan implements Implementation {
    private static final String CHARON = "/usr/lib/ipsec/charon";
    private static final String DEVICE = "ipsec0";
    /** kernel-libipsec truncates longer packets. */
    private static final int MAX_MTU = 1400;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** The first plugin loaded takes precedence: libipsec for packets, netlink for addresses and routes. */
    private static final String SETTINGS = """
            charon {
              load = random nonce openssl chapoly curve25519 hmac kdf gcm aes sha2 kernel-libipsec kernel-netlink \
            socket-default vici
              install_virtual_ip = no
              plugins {
                vici { socket = unix://%1$s/%2$d.vici }
              }
              filelog { stderr { default = 1 } }
            }
            """;

    private static final String CONNECTION = """
            connections {
              bench {
                version = 2
                local_addrs = %1$s
                remote_addrs = %2$s
                encap = yes
                proposals = aes128-sha256-x25519
                local { auth = psk
                  id = %3$d }
                remote { auth = psk
                  id = %4$d }
                children {
                  net {
                    local_ts = %5$s/32
                    remote_ts = %6$s/32
                    esp_proposals = %7$s
                  }
                }
              }
            }
            secrets {
              ike { secret = benchmark }
            }
            """;

    private final String name;
    private final String cipher;

    /** {@code cipher} is strongSwan's name of it. */
    StrongSwan(String name, String cipher) {
        this.name = name;
        this.cipher = cipher;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() throws InterruptedException {
        try {
            return "strongSwan " + Shell.outputOf(List.of(CHARON, "--version")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        try {
            installer.debian(
                    "strongswan-charon",
                    "strongswan-swanctl",
                    "libcharon-extra-plugins",
                    "libstrongswan-standard-plugins",
                    "libstrongswan-extra-plugins");
            return Optional.empty();
        } catch (UnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public Optional<String> unsupportedReason(Condition condition) {
        return condition.mtu() > Condition.DEFAULT.mtu()
                ? Optional.of("kernel-libipsec carries packets of at most " + MAX_MTU + " bytes")
                : Implementation.onlyBetweenEnds(condition);
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        ProcessTunnel tunnel = new ProcessTunnel(testbed, condition);
        try {
            for (int side = 0; side < 2; side++) {
                startEnd(tunnel, testbed, side, condition);
            }
            swanctl(tunnel, 0, "--initiate", "--child", "net");
            tunnel.connect(List.of(DEVICE, DEVICE));
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }

    private void startEnd(ProcessTunnel tunnel, Testbed testbed, int side, Condition condition)
            throws IOException, InterruptedException {
        Path directory = tunnel.scratch();
        Path settings = directory.resolve(side + ".conf");
        Files.writeString(settings, SETTINGS.formatted(directory, side));
        Files.writeString(
                directory.resolve(side + ".connection"),
                CONNECTION.formatted(
                        Testbed.outside(side, condition.ipv6()),
                        Testbed.outside(1 - side, condition.ipv6()),
                        side,
                        1 - side,
                        Testbed.inside(side),
                        Testbed.inside(1 - side),
                        cipher));
        // charon writes its PID file under /run, which two instances must not share.
        String script = "mount -t tmpfs tmpfs /run && exec " + CHARON;
        Daemon daemon =
                tunnel.start(List.of("env", "STRONGSWAN_CONF=" + settings, "unshare", "--mount", "sh", "-c", script));
        daemon.await(() -> daemon.sees(DEVICE) && Files.exists(directory.resolve(side + ".vici")));
        WireGuard.bringUp(testbed, side, DEVICE, Math.min(condition.innerMtu(), MAX_MTU));
        String connection = directory.resolve(side + ".connection").toString();
        swanctl(tunnel, side, "--load-creds", "--file", connection);
        swanctl(tunnel, side, "--load-conns", "--file", connection);
    }

    private static void swanctl(ProcessTunnel tunnel, int side, String... words)
            throws IOException, InterruptedException {
        Path directory = tunnel.scratch();
        List<String> command = new ArrayList<>(List.of("env", "SWANCTL_DIR=" + directory, "swanctl"));
        command.addAll(List.of(words));
        command.addAll(List.of("--uri", "unix://" + directory.resolve(side + ".vici")));
        Shell.run(LIMIT, "", command);
    }
}
