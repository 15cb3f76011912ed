// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.uapi.UapiConfigClient;
import io.culvert.daemon.wgquick.TunnelState.Resolved;
import io.culvert.daemon.wgquick.config.ConfigFile;
import io.culvert.daemon.wgquick.config.Endpoint;
import io.culvert.daemon.wgquick.config.Hook;
import io.culvert.daemon.wgquick.config.InterfaceConfig;
import io.culvert.daemon.wgquick.config.PeerConfig;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.linux.ErrnoException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Applies to an interface that is up what its file has differently, and nothing else. For one thread, which has the
 * interface's lock.
 */
final class TunnelReload {
    private final ConfigFile file;
    private final TunnelConfig config;
    private final EndpointResolver resolver;
    private final String device;
    private final Map<PublicKey, InetSocketAddress> endpoints = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();
    private TunnelState state;

    /**
     * A reload.
     *
     * @param state of the interface
     */
    TunnelReload(ConfigFile file, TunnelConfig config, TunnelState state, EndpointResolver resolver) {
        this.file = file;
        this.config = config;
        this.state = state;
        this.resolver = resolver;
        device = state.device();
    }

    /**
     * Applies it, and returns what was changed, a line each.
     *
     * @throws IOException if it cannot; what was done until then stays, and a further reload does the rest
     */
    List<String> run() throws IOException, InterruptedException {
        Optional<DnsStep> dns = TunnelStart.check(config);
        resolve();
        try (UapiConfigClient client = UapiConfigClient.connect(DaemonStart.socket(device));
                StateLock _ = StateLock.ofAll()) {
            apply(client, dns);
        }
        return words;
    }

    private void apply(UapiConfigClient client, Optional<DnsStep> dns) throws IOException, InterruptedException {
        int mark = config.self().fwmark().orElse(0);
        if (config.isFullTunnel() && mark == 0) {
            state = state.mark() == 0
                    ? state.withMark(RoutePlan.freeMark(device)).write()
                    : state;
            mark = state.mark();
        }
        List<Step> before = state.steps();
        List<Step> after = plan(dns, mark);
        Set<String> keys = after.stream().map(Step::key).collect(Collectors.toSet());
        List<Step> removed =
                before.stream().filter(step -> !keys.contains(step.key())).toList();
        Set<String> present = before.stream().map(Step::text).collect(Collectors.toSet());
        List<Step> added =
                after.stream().filter(step -> !present.contains(step.text())).toList();
        // All that may be there from now on is in the state, in an order in which it can be undone.
        state = state.withSteps(Stream.concat(removed.stream(), after.stream()).toList())
                .write();
        // Linux removes the other addresses of a network together with the first, so the new ones come behind it.
        Predicate<Step> address = AddressStep.class::isInstance;
        undo(removed.stream().filter(address).toList());
        configure(client, mark);
        Steps.apply(added, device);
        added.forEach(step -> words.add(step.title() + (isReplaced(step, before) ? " set" : " added")));
        undo(removed.stream().filter(address.negate()).toList());
        if (removed.stream().anyMatch(address)) {
            repeat(after);
        }
        changeHooks();
        state = state.withSteps(after).withConfig(file.path(), config.self()).write();
    }

    private static boolean isReplaced(Step step, List<Step> before) {
        return before.stream().anyMatch(former -> former.key().equals(step.key()));
    }

    private void undo(List<Step> steps) throws InterruptedException {
        Steps.undo(steps, device);
        steps.forEach(step -> words.add(step.title() + " removed"));
    }

    /** Does again what Linux undid together with an address: other addresses, and routes. */
    private void repeat(List<Step> steps) throws IOException, InterruptedException {
        Set<Object> there = new HashSet<>(AddressStep.of(device));
        List<Step> missing = new ArrayList<>();
        Map<String, Set<String>> routes = new LinkedHashMap<>();
        for (Step step : steps) {
            if (step instanceof AddressStep address && !there.contains(address.address())) {
                missing.add(step);
            } else if (step instanceof RouteStep route) {
                String table = IpStep.family(route.prefix().ipv6()) + " " + route.table();
                if (!routes.containsKey(table)) {
                    routes.put(table, RouteStep.of(device, route.prefix().ipv6(), route.table()));
                }
                if (!routes.get(table).contains(route.destination())) {
                    missing.add(step);
                }
            }
        }
        Steps.apply(missing, device);
    }

    private List<Step> plan(Optional<DnsStep> dns, int mark) throws IOException, InterruptedException {
        RoutePlan routes = new RoutePlan(config, device, state.steps());
        List<Step> steps = new ArrayList<>();
        config.self().addresses().forEach(address -> steps.add(new AddressStep(address)));
        steps.add(link(mark));
        dns.ifPresent(steps::add);
        steps.addAll(routes.routes());
        steps.addAll(routes.policy(mark));
        return steps;
    }

    /** An MTU that was found at the start is kept: the routes to the endpoints may now lead into the tunnel. */
    private LinkStep link(int mark) throws InterruptedException {
        if (config.self().mtu().isPresent()) {
            return new LinkStep(config.self().mtu().getAsInt());
        }
        Optional<LinkStep> found = state.steps().stream()
                .filter(LinkStep.class::isInstance)
                .map(LinkStep.class::cast)
                .filter(step -> state.self().mtu().isEmpty())
                .findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        List<InetAddress> addresses = config.peers().stream()
                .flatMap(peer -> Stream.ofNullable(peer.endpoint()))
                .flatMap(endpoint -> Stream.ofNullable(endpoint.numeric()))
                .map(InetSocketAddress::getAddress)
                .toList();
        return new LinkStep(DefaultMtu.of(addresses, mark));
    }

    /** Finds endpoints that the file has differently, or whose name has another address; others may have roamed. */
    private void resolve() throws IOException, InterruptedException {
        Map<String, Resolved> all = new LinkedHashMap<>();
        for (PeerConfig peer : config.peers()) {
            Endpoint endpoint = peer.endpoint();
            if (endpoint == null) {
                continue;
            }
            String key = peer.publicKey().toBase64();
            Resolved before = state.endpoints().get(key);
            boolean isSame = before != null && before.text().equals(endpoint.toString());
            InetSocketAddress address = isSame ? resolveAgain(peer) : TunnelStart.resolve(resolver, file, peer);
            if (address == null || isSame && before.address().equals(address.toString())) {
                all.put(key, before);
            } else {
                endpoints.put(peer.publicKey(), address);
                all.put(key, new Resolved(endpoint.toString(), address.toString()));
            }
        }
        state = state.withEndpoints(all);
    }

    /** The present address of a name; {@code null} if it has none at the moment, which ends no tunnel. */
    private InetSocketAddress resolveAgain(PeerConfig peer) throws InterruptedException {
        try {
            return new EndpointResolver(Map.of(EndpointResolver.RETRIES, "0")).resolve(peer.endpoint());
        } catch (IOException e) {
            Programs.warn(e.getMessage() + "; its address stays as it is");
            return null;
        }
    }

    private void configure(UapiConfigClient client, int mark) throws IOException {
        DeviceChanges changes = new DeviceChanges(config, mark, endpoints);
        try (DeviceUpdate present = client.configuration()) {
            DeviceUpdate update = changes.from(present);
            if (!changes.words().isEmpty()) {
                client.configure(update);
            }
        } catch (ErrnoException e) {
            throw TunnelStart.refused(e, file, config.self());
        }
        words.addAll(changes.words());
    }

    private void changeHooks() {
        InterfaceConfig former = state.self();
        for (Hook hook : Hook.values()) {
            if (!former.hooks(hook).equals(config.self().hooks(hook))) {
                boolean isLate = hook == Hook.PRE_UP || hook == Hook.POST_UP;
                words.add(hook.text() + " changed; "
                        + (isLate ? "not run, as the interface is up" : "run at the next down"));
            }
        }
        if (former.saveConfig() != config.self().saveConfig()) {
            words.add("SaveConfig " + config.self().saveConfig());
        }
    }
}
