// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All known implementations. */
public final class Implementations {
    /** Culvert itself. */
    public static final String CULVERT = "culvert";

    /** The no-crypto baseline. */
    public static final String NO_CRYPTO = "no-crypto";

    /** No tunnel. */
    public static final String BARE = "bare";

    private static final String GO_MODULE = "golang.zx2c4.com/wireguard";
    /** If the proxy does not report the newest one. */
    private static final String GO_VERSION = "v0.0.0-20260522210424-ecfc5a8d5446";

    private static final String TAILSCALE_MODULE = "github.com/tailscale/wireguard-go";
    /** The version that Tailscale's own module requires: the fork has no tagged releases. */
    private static final String TAILSCALE_VERSION = "v0.0.0-20260928213032-417aef361226";

    private static final String[] GO_ARGUMENTS = {"--foreground", "{ifname}"};
    private static final String[] RUST_ARGUMENTS = {"--foreground", "--disable-drop-privileges", "{ifname}"};

    private Implementations() {}

    /** The known implementations in display order. */
    public static List<Implementation> known() {
        return List.of(
                program(CULVERT, Program.of(Implementations::culvert, GO_ARGUMENTS)),
                program("wireguard-go-debian", Program.of(Implementations::wireguardGoOfDebian, GO_ARGUMENTS)),
                program("wireguard-go", Program.of(Implementations::wireguardGo, GO_ARGUMENTS)),
                program("tailscale", Program.of(by -> by.byGo(TAILSCALE_MODULE, TAILSCALE_VERSION), GO_ARGUMENTS)),
                program(
                        "boringtun",
                        Program.of(by -> by.byCargo("boringtun-cli", "0.7.1", "boringtun-cli"), RUST_ARGUMENTS)),
                program("gotatun", Program.of(by -> by.byCargo("gotatun-cli", "0.10.2", "gotatun"), RUST_ARGUMENTS)),
                new KernelWireGuard(),
                new KernelIpsec("kernel-ipsec-aes", "rfc4106(gcm(aes))", 36),
                new KernelIpsec("kernel-ipsec-chacha", "rfc7539esp(chacha20,poly1305)", 36),
                new StrongSwan("strongswan-aes", "aes256gcm16"),
                new StrongSwan("strongswan-chacha", "chacha20poly1305"),
                new OpenVpn("openvpn-aes", "AES-256-GCM"),
                new OpenVpn("openvpn-chacha", "CHACHA20-POLY1305"),
                new NoCrypto(),
                new Bare());
    }

    /**
     * Finds implementations by name.
     *
     * @param names in display order; empty for all
     * @param programs command lines of others by name, which follow
     * @throws IllegalArgumentException if a name is unknown, or a command has no {@code {ifname}}
     */
    public static List<Implementation> of(List<String> names, Map<String, String> programs) {
        List<Implementation> known = known();
        List<Implementation> found = new ArrayList<>(names.isEmpty() ? known : List.of());
        for (String name : names) {
            Optional<Implementation> one = known.stream()
                    .filter(implementation -> implementation.name().equals(name))
                    .findFirst();
            found.add(one.orElseThrow(() -> new IllegalArgumentException("unknown implementation \"" + name
                    + "\"; known: "
                    + String.join(", ", known.stream().map(Implementation::name).toList()))));
        }
        programs.forEach((name, command) -> found.add(program(name, Program.of(command))));
        return found;
    }

    private static Implementation program(String name, Program program) {
        return UapiImplementation.of(name, program);
    }

    private static String culvert(Installer installer) throws UnavailableException {
        return installer.onPath(System.getProperty("culvert.launcher", "bin/culvert"));
    }

    private static String wireguardGoOfDebian(Installer installer) throws UnavailableException, InterruptedException {
        installer.debian("wireguard-go");
        return installer.onPath("wireguard-go");
    }

    private static String wireguardGo(Installer installer) throws UnavailableException, InterruptedException {
        return installer.byGo(GO_MODULE, installer.newestByGo(GO_MODULE, GO_VERSION));
    }
}
