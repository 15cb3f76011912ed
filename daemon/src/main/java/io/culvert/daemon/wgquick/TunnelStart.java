// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.uapi.UapiConfigClient;
import io.culvert.daemon.wgquick.TunnelState.Progress;
import io.culvert.daemon.wgquick.TunnelState.Resolved;
import io.culvert.daemon.wgquick.config.ConfigException;
import io.culvert.daemon.wgquick.config.ConfigFile;
import io.culvert.daemon.wgquick.config.Hook;
import io.culvert.daemon.wgquick.config.InterfaceConfig;
import io.culvert.daemon.wgquick.config.PeerConfig;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Sets up an interface by a file, step by step; whatever stops it undoes the steps. For one thread. */
final class TunnelStart {
    private final ConfigFile file;
    private final TunnelConfig config;
    private final DaemonStart daemon;
    private final EndpointResolver resolver;
    private final Interruption interruption;
    private final String device;
    // What has been done so far.
    private TunnelState state;

    /** The start of a file's tunnel, which an interruption stops until it begins to undo what it did. */
    TunnelStart(
            ConfigFile file,
            TunnelConfig config,
            DaemonStart daemon,
            EndpointResolver resolver,
            Interruption interruption)
            throws IOException {
        this.file = file;
        this.config = config;
        this.daemon = daemon;
        this.resolver = resolver;
        this.interruption = interruption;
        this.device = file.name();
        state = TunnelState.begin(device, file.path(), config.self());
    }

    /**
     * Sets it up.
     *
     * @throws IOException if it cannot; then nothing is left of it
     * @throws InterruptedException if the thread is interrupted; likewise
     */
    void run() throws IOException, InterruptedException, ConfigException {
        try (StateLock _ = StateLock.of(device)) {
            clear();
            Optional<DnsStep> dns = check(config);
            try {
                state.write();
                attempt(dns);
            } catch (IOException e) {
                undo(e);
                throw named(e, file);
            } catch (InterruptedException | RuntimeException | Error e) {
                undo(e);
                throw e;
            }
        }
    }

    /** The error with the file that it is about. */
    static IOException named(IOException e, ConfigFile file) {
        String message = String.valueOf(e.getMessage());
        boolean isNamed = e instanceof ClosedByInterruptException
                || message.startsWith(file.path().toString());
        return isNamed ? e : new IOException(file.path() + ": " + message, e);
    }

    /** Removes what a tunnel left whose daemon was killed. */
    private void clear() throws IOException, InterruptedException {
        Optional<TunnelState> before = TunnelState.read(device);
        if (Programs.hasInterface(device) || DaemonStart.isServing(device)) {
            throw new IOException(
                    before.isPresent()
                            ? device + " is up already, by " + before.get().file()
                                    + "; to apply changes: culvert reload " + device
                            : "the interface " + device + " exists already, and culvert up has not made it");
        }
        if (before.isPresent()) {
            Programs.warn(device + " has ended without culvert down; first undoing what it left");
            TunnelEnd.run(before.get(), false);
        }
    }

    /** Looks for the programs that a configuration needs. */
    static Optional<DnsStep> check(TunnelConfig config) throws IOException {
        require("ip", "iproute2", true);
        require("nft", "nftables, for a default route through the tunnel", config.isFullTunnel());
        require("bash", "bash", !config.self().hooks().isEmpty());
        return DnsStep.of(config.self());
    }

    private static void require(String program, String packages, boolean needed) throws IOException {
        if (needed && !Programs.isInstalled(program)) {
            throw new IOException("there is no program " + program + " on PATH; install " + packages);
        }
    }

    private void attempt(Optional<DnsStep> dns) throws IOException, InterruptedException {
        InterfaceConfig self = config.self();
        if (!self.hooks(Hook.PRE_UP).isEmpty()) {
            state = state.withProgress(Progress.PRE_UP).write();
            Hooks.run(self, Hook.PRE_UP, device);
        }
        Map<PublicKey, InetSocketAddress> endpoints = resolve();
        int mark = chooseMark();
        daemon.of(device);
        configure(new DeviceChanges(config, mark, endpoints));
        List<Step> steps = new ArrayList<>();
        self.addresses().forEach(address -> steps.add(new AddressStep(address)));
        steps.add(new LinkStep(mtu(endpoints, mark)));
        dns.ifPresent(steps::add);
        steps.addAll(new RoutePlan(config, device, List.of()).routes());
        perform(steps);
        try (StateLock _ = StateLock.ofAll()) {
            perform(new RoutePlan(config, device, List.of()).policy(mark));
        }
        state = state.withProgress(Progress.POST_UP).write();
        Hooks.run(self, Hook.POST_UP, device);
    }

    private void perform(List<Step> steps) throws IOException, InterruptedException {
        state = state.withSteps(
                        Stream.concat(state.steps().stream(), steps.stream()).toList())
                .write();
        Steps.apply(steps, device);
    }

    private Map<PublicKey, InetSocketAddress> resolve() throws IOException, InterruptedException {
        Map<PublicKey, InetSocketAddress> endpoints = new LinkedHashMap<>();
        Map<String, Resolved> texts = new LinkedHashMap<>();
        for (PeerConfig peer : config.peers()) {
            if (peer.endpoint() != null) {
                InetSocketAddress address = resolve(resolver, file, peer);
                endpoints.put(peer.publicKey(), address);
                texts.put(
                        peer.publicKey().toBase64(),
                        new Resolved(peer.endpoint().toString(), address.toString()));
            }
        }
        state = state.withEndpoints(texts);
        return endpoints;
    }

    /** The address of a peer's endpoint; an error names the line. */
    static InetSocketAddress resolve(EndpointResolver resolver, ConfigFile file, PeerConfig peer)
            throws IOException, InterruptedException {
        try {
            return resolver.resolve(peer.endpoint());
        } catch (UnknownHostException e) {
            throw new IOException(file.path() + ":" + peer.endpoint().line() + ": " + e.getMessage(), e);
        }
    }

    /** The mark of the tunnel's packets: the file's, or for a full tunnel one that is free. */
    private int chooseMark() throws IOException, InterruptedException {
        int configured = config.self().fwmark().orElse(0);
        if (configured != 0 || !config.isFullTunnel()) {
            return configured;
        }
        try (StateLock _ = StateLock.ofAll()) {
            state = state.withMark(RoutePlan.freeMark(device)).write();
            return state.mark();
        }
    }

    private int mtu(Map<PublicKey, InetSocketAddress> endpoints, int mark) throws InterruptedException {
        if (config.self().mtu().isPresent()) {
            return config.self().mtu().getAsInt();
        }
        List<InetAddress> addresses =
                endpoints.values().stream().map(InetSocketAddress::getAddress).toList();
        return DefaultMtu.of(addresses, mark);
    }

    private void configure(DeviceChanges changes) throws IOException {
        try (UapiConfigClient client = UapiConfigClient.connect(DaemonStart.socket(device))) {
            client.configure(changes.whole());
        } catch (ErrnoException e) {
            throw refused(e, file, config.self());
        }
    }

    /** Says what a daemon's error number means for the file. */
    static IOException refused(ErrnoException e, ConfigFile file, InterfaceConfig self) {
        if (e.errno() == linux_h.EADDRINUSE) {
            return new IOException(
                    file.path() + ": ListenPort " + self.listenPort().orElse(0) + " is taken by another program", e);
        }
        return new IOException(file.path() + ": the daemon refuses the configuration: " + e.getMessage(), e);
    }

    private void undo(Throwable cause) {
        interruption.shield();
        try {
            Programs.warn(device + " is not set up; undoing what was done");
            TunnelEnd.run(state, false);
        } catch (IOException e) {
            cause.addSuppressed(e);
            Programs.warn(e.getMessage());
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a shielded thread", e);
        }
    }
}
