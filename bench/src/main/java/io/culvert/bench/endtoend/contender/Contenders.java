package io.culvert.bench.endtoend.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that can be measured. */
public final class Contenders {
    /** Culvert itself. */
    public static final String CULVERT = "culvert";

    /** The tunnel without a cipher. */
    public static final String FLOOR = "floor";

    private static final String GO_MODULE = "golang.zx2c4.com/wireguard";
    /** Served where the proxy tells no newest one. */
    private static final String GO_VERSION = "v0.0.0-20260522210424-ecfc5a8d5446";

    private static final String TAILSCALE_MODULE = "github.com/tailscale/wireguard-go";
    /** The proxy knows no newest version of it: this is the one that Tailscale's own module asks for. */
    private static final String TAILSCALE_VERSION = "v0.0.0-20260928213032-417aef361226";

    private static final String[] GO_ARGUMENTS = {"--foreground", "{ifname}"};
    private static final String[] RUST_ARGUMENTS = {"--foreground", "--disable-drop-privileges", "{ifname}"};

    private Contenders() {}

    /** Those that the project knows, in the order in which they are shown. */
    public static List<Contender> known() {
        return List.of(
                program(CULVERT, Program.of(Contenders::culvert, GO_ARGUMENTS)),
                program("wireguard-go-debian", Program.of(Contenders::wireguardGoOfDebian, GO_ARGUMENTS)),
                program("wireguard-go", Program.of(Contenders::wireguardGo, GO_ARGUMENTS)),
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
                new Floor());
    }

    /**
     * Finds contenders by name.
     *
     * @param names in the order wanted; empty for all
     * @param programs others by name, with their command lines, which follow those named
     * @throws IllegalArgumentException for a name that there is not, and for a command without an interface
     */
    public static List<Contender> of(List<String> names, Map<String, String> programs) {
        List<Contender> known = known();
        List<Contender> found = new ArrayList<>(names.isEmpty() ? known : List.of());
        for (String name : names) {
            Optional<Contender> one = known.stream()
                    .filter(contender -> contender.name().equals(name))
                    .findFirst();
            found.add(one.orElseThrow(() -> new IllegalArgumentException("no contender " + name + "; there are "
                    + String.join(", ", known.stream().map(Contender::name).toList()))));
        }
        programs.forEach((name, command) -> found.add(program(name, Program.of(command))));
        return found;
    }

    private static Contender program(String name, Program program) {
        return UapiContender.of(name, program);
    }

    private static String culvert(Installer installer) throws MissingException {
        return installer.onPath(System.getProperty("culvert.launcher", "bin/culvert"));
    }

    private static String wireguardGoOfDebian(Installer installer) throws MissingException, InterruptedException {
        installer.debian("wireguard-go");
        return installer.onPath("wireguard-go");
    }

    private static String wireguardGo(Installer installer) throws MissingException, InterruptedException {
        return installer.byGo(GO_MODULE, installer.newestByGo(GO_MODULE, GO_VERSION));
    }
}
