// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Shell;
import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * OpenVPN over UDP in user space (no DCO), with its default settings; peers verify each other by certificate
 * fingerprint.
 */
final class OpenVpn implements Implementation {
    private final String name;
    private final String cipher;
    private String file;

    /** {@code cipher} is OpenVPN's name of it. */
    OpenVpn(String name, String cipher) {
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
            return Shell.outputOf(List.of(file, "--version"))
                    .lines()
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public Optional<String> unavailableReason(Installer installer) throws InterruptedException {
        try {
            installer.debian("openvpn", "openssl");
            file = installer.onPath("openvpn");
            return Optional.empty();
        } catch (UnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        ProcessTunnel tunnel = new ProcessTunnel(testbed, condition);
        try {
            String[] fingerprints = {certify(tunnel.scratch(), 0), certify(tunnel.scratch(), 1)};
            List<String> devices = List.of(WireGuard.deviceName(0), WireGuard.deviceName(1));
            Daemon[] ends = new Daemon[2];
            for (int side = 0; side < 2; side++) {
                ends[side] = tunnel.start(
                        command(tunnel.scratch(), side, devices.get(side), fingerprints[1 - side], condition));
            }
            for (Daemon end : ends) {
                end.await(() -> end.hasLogged("Initialization Sequence Completed"));
            }
            tunnel.connect(devices);
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }

    /** Creates the key and certificate of a side, and returns the certificate's fingerprint. */
    private static String certify(Path directory, int side) throws IOException, InterruptedException {
        String files = "-keyout %1$s/%2$d.key -out %1$s/%2$d.crt".formatted(directory, side);
        String make =
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=" + side;
        Shell.run((make + " " + files).split(" "));
        String show = "openssl x509 -noout -fingerprint -sha256 -in " + directory + "/" + side + ".crt";
        return Shell.run(show.split(" ")).strip().replaceAll(".*=", "");
    }

    private List<String> command(Path directory, int side, String device, String peerFingerprint, Condition condition) {
        String protocol = condition.ipv6() ? "udp6" : "udp4";
        String words = String.join(
                " ",
                file,
                "--dev-type tun --dev",
                device,
                "--proto",
                protocol,
                "--local",
                Testbed.outside(side, condition.ipv6()),
                "--remote",
                Testbed.outside(1 - side, condition.ipv6()),
                "--port 1194",
                side == 0 ? "--tls-client" : "--tls-server --dh none",
                "--cert " + directory + "/" + side + ".crt --key " + directory + "/" + side + ".key",
                "--peer-fingerprint",
                peerFingerprint,
                "--ifconfig",
                Testbed.inside(side),
                Testbed.inside(1 - side),
                "--tun-mtu",
                Integer.toString(condition.innerMtu()),
                "--mssfix 0 --disable-dco --verb 1 --data-ciphers",
                cipher);
        return List.of(words.split(" "));
    }
}
