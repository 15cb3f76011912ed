package io.culvert.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network namespace with its loopback up; closing it ends everything that runs in it. */
final class Namespace implements AutoCloseable {
    private static final Set<String> LIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> LIVE.forEach(Namespace::remove)));
    }

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    static Namespace create() {
        Namespace namespace = new Namespace(Names.next());
        LIVE.add(namespace.name);
        Command.output("ip", "netns", "add", namespace.name);
        namespace.ip("link", "set", "lo", "up");
        // No link-local addresses, thus no router solicitations and no multicast reports among the packets that are
        // counted.
        namespace.write("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
        return namespace;
    }

    /** Joins two namespaces by a pair of interfaces, both named so, and gives each its address. */
    static void join(Namespace one, String address, Namespace two, String otherAddress) {
        Command.output(
                ("ip link add veth0 netns " + one.name + " type veth peer name veth0 netns " + two.name).split(" "));
        one.ip("address", "add", address, "dev", "veth0");
        two.ip("address", "add", otherAddress, "dev", "veth0");
        one.ip("link", "set", "veth0", "up");
        two.ip("link", "set", "veth0", "up");
    }

    String name() {
        return name;
    }

    /** A command line that runs in here. */
    List<String> words(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return all;
    }

    Command command(String... words) {
        return Command.of(words(words));
    }

    /** Runs a program in here and expects success. */
    String output(String... words) {
        return command(words).run().expectSuccess().output().strip();
    }

    /** The {@code ip} program, on this namespace; expects success. */
    String ip(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "-n", name));
        all.addAll(List.of(words));
        return Command.of(all).run().expectSuccess().output().strip();
    }

    /** Starts a program that goes on in the background; what it says goes to the file. */
    Process start(Map<String, String> environment, File log, String... words) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words(words));
            builder.directory(Repository.root().toFile());
            builder.environment().putAll(environment);
            return builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String file, String value) {
        output("sh", "-c", "echo " + value + " > " + file);
    }

    /** The processes that run in here. */
    List<ProcessHandle> processes() {
        return Command.output("ip", "netns", "pids", name)
                .lines()
                .map(Long::parseLong)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
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

    /** Packets that an interface in here has sent so far. */
    long packetsSent(String device) {
        return Long.parseLong(output("cat", "/sys/class/net/" + device + "/statistics/tx_packets"));
    }

    @Override
    public void close() {
        remove(name);
        LIVE.remove(name);
    }

    static void remove(String name) {
        for (String pid : Command.of("ip", "netns", "pids", name).run().output().split("\\s+")) {
            if (!pid.isEmpty()) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        Command.of("ip", "netns", "delete", name).run();
    }
}
