// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network namespace with its loopback interface up. Closing it kills everything that runs in it. */
final class Namespace implements AutoCloseable {
    private static final int MTU = 1500;
    private static final Set<NetworkNamespace> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Namespace::remove)));
    }

    private final NetworkNamespace network;

    private Namespace(NetworkNamespace network) {
        this.network = network;
    }

    static Namespace create() {
        Namespace namespace = new Namespace(Unchecked.call(() -> NetworkNamespace.create(Names.next())));
        OPEN.add(namespace.network);
        // Without link-local addresses there are no router solicitations and no multicast reports among the packets
        // that
        // are counted.
        namespace.write("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
        return namespace;
    }

    /** Connects two namespaces by a veth pair, both of whose interfaces are named {@code veth0}. */
    static void connect(Namespace one, String address, Namespace two, String otherAddress) {
        Unchecked.call(() -> {
            NetworkNamespace.connect(one.network, "veth0", two.network, "veth0", MTU);
            return null;
        });
        one.ip("address", "add", address, "dev", "veth0");
        two.ip("address", "add", otherAddress, "dev", "veth0");
        one.ip("link", "set", "veth0", "up");
        two.ip("link", "set", "veth0", "up");
    }

    String name() {
        return network.name();
    }

    NetworkNamespace network() {
        return network;
    }

    Command command(String... words) {
        return Command.of(network.command(words));
    }

    /** Runs a program that must succeed, and returns its stdout without white space at the ends. */
    String output(String... words) {
        return command(words).run().expectSuccess().output().strip();
    }

    /** Runs {@code ip -n NAME}, which must succeed, and returns its stdout without white space at the ends. */
    String ip(String... arguments) {
        return Unchecked.call(() -> network.ip(arguments)).strip();
    }

    /** The interfaces, one line of {@code ip -o link} each. */
    List<String> interfaces() {
        return ip("-o", "link").lines().toList();
    }

    /** Starts a program in the background, whose output is appended to a file. */
    Process start(Map<String, String> environment, File log, String... words) {
        ProcessBuilder builder = network.background(log.toPath(), List.of(words));
        builder.directory(Repository.root().toFile());
        builder.environment().putAll(environment);
        return Unchecked.call(builder::start);
    }

    void write(String file, String value) {
        output("sh", "-c", "echo " + value + " > " + file);
    }

    /** The processes that run in this namespace. */
    List<ProcessHandle> processes() {
        return Unchecked.call(network::processes);
    }

    /** A counter of {@code /proc/net/snmp}, such as {@code Udp} and {@code NoPorts}. */
    long counter(String protocol, String counter) {
        List<String[]> rows = output("cat", "/proc/net/snmp")
                .lines()
                .filter(line -> line.startsWith(protocol + ":"))
                .map(line -> line.split(" "))
                .toList();
        int column = List.of(rows.getFirst()).indexOf(counter);
        return Long.parseLong(rows.getLast()[column]);
    }

    /** Packets that an interface of this namespace has sent so far. */
    long packetsSent(String device) {
        return Long.parseLong(output("cat", "/sys/class/net/" + device + "/statistics/tx_packets"));
    }

    @Override
    public void close() {
        remove(network);
        OPEN.remove(network);
    }

    /** Kills the processes of a namespace and deletes it. */
    static void remove(NetworkNamespace network) {
        try {
            Unchecked.call(network::processes).forEach(ProcessHandle::destroyForcibly);
        } catch (AssertionError e) {
            // The namespace has been deleted already.
        }
        network.close();
    }
}
