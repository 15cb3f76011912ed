// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A network namespace with a name (ip-netns(8)). Closing deletes it; its processes are not ended. */
public final class NetworkNamespace implements AutoCloseable {
    private static final int TRIES = 3;

    private final String name;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /** Creates a namespace and sets its loopback interface up; needs root. */
    public static NetworkNamespace create(String name) throws IOException, InterruptedException {
        Shell.run("ip", "netns", "add", name);
        NetworkNamespace namespace = new NetworkNamespace(name);
        try {
            namespace.ip("link", "set", "lo", "up");
            return namespace;
        } catch (IOException | InterruptedException | RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /** The namespace of this name, which exists already. */
    public static NetworkNamespace existing(String name) {
        return new NetworkNamespace(name);
    }

    /** Connects two namespaces by a veth pair: an interface in each, without addresses and down. */
    public static void connect(
            NetworkNamespace one, String deviceOfOne, NetworkNamespace two, String deviceOfTwo, int mtu)
            throws IOException, InterruptedException {
        String pair = "ip link add %s mtu %d netns %s type veth peer name %s mtu %2$d netns %5$s"
                .formatted(deviceOfOne, mtu, one.name, deviceOfTwo, two.name);
        Shell.run(pair.split(" "));
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** The command line that runs a command in this namespace. */
    public List<String> commandLine(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(command);
        return all;
    }

    /** The command line that runs a command in this namespace. */
    public List<String> commandLine(String... command) {
        return commandLine(List.of(command));
    }

    /** A command to run in this namespace. */
    public Subprocess command(String... command) {
        return Subprocess.of(commandLine(command));
    }

    /** Runs a command in this namespace, which must succeed, and returns its stdout. */
    public String run(String... command) throws IOException, InterruptedException {
        return command(command).run().requireSuccess().output();
    }

    /** Runs {@code ip -n NAME}, which must succeed, and returns its stdout. */
    public String ip(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("ip", "-n", name));
        all.addAll(List.of(arguments));
        return Shell.run("", all);
    }

    /** A process that will run in the background in this namespace: no input, all output appended to {@code log}. */
    public ProcessBuilder background(Path log, List<String> command) {
        return new ProcessBuilder(commandLine(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(new File("/dev/null"));
    }

    /** The processes that have their main thread in this namespace. */
    public List<ProcessHandle> processes() throws IOException, InterruptedException {
        return Shell.run("ip", "netns", "pids", name)
                .lines()
                .map(Long::parseLong)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
    }

    /** Moves the calling thread into this namespace, where it stays. */
    public void enter() throws IOException {
        int file = Linux.open("/run/netns/" + name, linux_h.O_RDONLY);
        try {
            Linux.setns(file, linux_h.CLONE_NEWNET);
        } finally {
            Linux.close(file);
        }
    }

    /**
     * Calls {@code task} in a thread of its own that has entered this namespace. A socket stays in the namespace that
     * it was opened in, so the task may return one.
     *
     * @throws IOException if the task throws, with its message
     */
    public <T> T call(Callable<T> task) throws IOException, InterruptedException {
        FutureTask<T> future = new FutureTask<>(() -> {
            enter();
            return task.call();
        });
        Thread.ofPlatform().daemon().start(future);
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException("in namespace " + name + ": " + e.getCause().getMessage(), e);
        }
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        for (int i = 0; i < TRIES; i++) {
            try {
                // A second Ctrl-C also reaches this program, so one attempt may not be enough.
                Shell.run("ip", "netns", "delete", name);
                break;
            } catch (IOException e) {
                continue;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
