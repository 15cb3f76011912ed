// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Shell;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A fault that is done to a side of the tunnel, and taken back. Each throws an IOException if the daemon does not do
 * what it should.
 */
enum Fault {
    INTERFACE_DOWN("interface down and up") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.namespace().ip("link", "set", side.device(), "down");
            hold();
            side.up();
        }
    },
    MTU("MTU 1280 and back") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.namespace().ip("link", "set", side.device(), "mtu", "1280");
            hold();
            side.namespace().ip("link", "set", side.device(), "mtu", "1420");
        }
    },
    MOVED("interface moved to another namespace and back") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            String name = side.namespace().name() + "-away";
            try (NetworkNamespace away = NetworkNamespace.create(name)) {
                side.namespace().ip("link", "set", side.device(), "netns", name);
                away.ip("link", "set", side.device(), "up");
                hold();
                away.ip("link", "set", side.device(), "netns", side.namespace().name());
            }
            side.up();
        }
    },
    PORT_TAKEN("wanted port taken by another program") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            int wanted = side.port() + PORTS;
            try (DatagramChannel other =
                    side.namespace().call(() -> DatagramChannel.open().bind(new InetSocketAddress(wanted)))) {
                int status = side.namespace()
                        .command("wg", "set", side.device(), "listen-port", Integer.toString(wanted))
                        .run()
                        .exit();
                if (!other.isOpen() || status == 0) {
                    throw new IOException("port " + wanted + " is another program's, and was not refused");
                }
                hold();
            }
        }
    },
    ROAMING("another port") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.setPort(side.port() + 1);
            hold();
        }
    },
    NEW_ADDRESS("another address, and back") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            String own = side.outside() + "/24";
            String other =
                    "198.18.0.1" + side.outside().substring(side.outside().length() - 1) + "/24";
            side.namespace().ip("addr", "del", own, "dev", "veth0");
            side.namespace().ip("addr", "add", other, "dev", "veth0");
            hold();
            side.namespace().ip("addr", "del", other, "dev", "veth0");
            side.namespace().ip("addr", "add", own, "dev", "veth0");
        }
    },
    SESSION_LOST("peer removed and added again") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.removePeer();
            hold();
            side.addPeer();
        }
    },
    NEW_KEY("another private key") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.peer().removePeer();
            side.newKey();
            side.configure();
            side.peer().addPeer();
        }
    },
    FORBIDDEN("datagrams forbidden by a firewall (EPERM)") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.namespace()
                    .run(
                            "nft",
                            "add table inet soak; add chain inet soak out { type filter hook output priority 0; };"
                                    + " add rule inet soak out oifname veth0 drop");
            hold();
            side.namespace().run("nft", "delete table inet soak");
        }
    },
    UNREACHABLE("no route (ENETUNREACH)") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.namespace().ip("link", "set", "veth0", "down");
            hold();
            side.namespace().ip("link", "set", "veth0", "up");
        }
    },
    QUEUE_FULL("a queue of the host full (ENOBUFS)") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            String queue = "tc qdisc add dev veth0 root tbf rate 256kbit burst 2000 limit 3000";
            side.namespace().run(queue.split(" "));
            hold();
            side.namespace().run("tc", "qdisc", "del", "dev", "veth0", "root");
        }
    },
    NO_DESCRIPTORS("out of file descriptors") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            String before = limit(side.process(), "Max open files");
            limit(side, "nofile", side.descriptors() + ":" + before.substring(before.indexOf(':') + 1));
            try {
                // Each refused, or answered when there is a descriptor again.
                List<Process> clients = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(new ProcessBuilder("wg", "show", side.device())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start());
                }
                hold();
                clients.forEach(Process::destroy);
            } finally {
                limit(side, "nofile", before);
            }
        }
    },
    STOPPED("stopped for some seconds (SIGSTOP)") {
        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.signal("STOP");
            hold();
            hold();
            side.signal("CONT");
        }
    },
    REMOVED("interface removed, and a new daemon") {
        @Override
        boolean endsDaemon() {
            return true;
        }

        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.namespace().ip("link", "delete", side.device());
            requireStatus(0, side.awaitEnd());
            side.start();
        }
    },
    TERMINATED("SIGTERM, and a new daemon without locked memory") {
        @Override
        boolean endsDaemon() {
            return true;
        }

        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.signal("TERM");
            requireStatus(0, side.awaitEnd());
            side.start("prlimit", "--memlock=0:0");
        }
    },
    KILLED("SIGKILL, and a new daemon") {
        @Override
        boolean endsDaemon() {
            return true;
        }

        @Override
        void run(Side side) throws IOException, InterruptedException {
            side.signal("KILL");
            side.awaitEnd();
            side.start();
        }
    };

    private static final long HOLD_MILLIS = 1500;
    private static final int PORTS = 1000;
    private static final int CLIENTS = 20;

    private final String title;

    Fault(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Whether a new daemon comes after it. */
    boolean endsDaemon() {
        return false;
    }

    /** Does it and takes it back. Afterwards the tunnel has all that it needs. */
    abstract void run(Side side) throws IOException, InterruptedException;

    private static void hold() throws InterruptedException {
        Thread.sleep(HOLD_MILLIS);
    }

    private static void requireStatus(int expected, int status) throws IOException {
        if (status != expected) {
            throw new IOException("the daemon ended with status " + status + ", expected " + expected);
        }
    }

    /** The soft and the hard limit of a process, as prlimit(1) takes them. */
    private static String limit(long process, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process, "limits"))) {
            if (line.startsWith(name)) {
                String[] values = line.substring(name.length()).strip().split(" +");
                return values[0] + ":" + values[1];
            }
        }
        throw new IOException("/proc/" + process + "/limits has no line \"" + name + "\"");
    }

    private static void limit(Side side, String name, String values) throws IOException, InterruptedException {
        Shell.run("prlimit", "--pid", Long.toString(side.process()), "--" + name + "=" + values);
    }
}
