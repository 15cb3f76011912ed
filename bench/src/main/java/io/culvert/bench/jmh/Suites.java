// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import io.culvert.bench.jmh.pipeline.PipelineBenchmark;
import io.culvert.bench.jmh.suite.AllowedIpsBenchmark;
import io.culvert.bench.jmh.suite.ChecksumBenchmark;
import io.culvert.bench.jmh.suite.CoalescingBenchmark;
import io.culvert.bench.jmh.suite.HandshakeBenchmark;
import io.culvert.bench.jmh.suite.IndexTableBenchmark;
import io.culvert.bench.jmh.suite.PeerTableBenchmark;
import io.culvert.bench.jmh.suite.PrivateTun;
import io.culvert.bench.jmh.suite.QueueBenchmark;
import io.culvert.bench.jmh.suite.ReplayWindowBenchmark;
import io.culvert.bench.jmh.suite.SegmentationBenchmark;
import io.culvert.bench.jmh.suite.SystemCallBenchmark;
import io.culvert.ring.IoUring;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All suites of {@code culvert bench jmh}. */
final class Suites {
    private static final int MTU = SegmentationBenchmark.MTU;
    /** The largest table for which a linear search is a reasonable reference. */
    private static final int MAX_LINEAR = 1_000;

    private Suites() {}

    /** In the order of the data path. */
    static List<Suite> all() {
        return List.of(
                pipeline(),
                queue(
                        "ordered-queue",
                        "ordered",
                        "a train in its peer's ordered queue: enqueued, finished, committed",
                        "a JCTools MPMC queue and an ArrayDeque under a lock, which cannot restore the order of trains"
                                + " that finish out of order",
                        "jctools-mpmc",
                        "array-deque-lock"),
                queue(
                        "work-ring",
                        "work-ring",
                        "handing a train to any worker",
                        "a JCTools MPMC queue, the JDK's ArrayBlockingQueue, and an ArrayDeque under a lock",
                        "jctools-mpmc",
                        "array-blocking-queue",
                        "array-deque-lock"),
                allowedIps(),
                indexTable(),
                peerTable(),
                replayWindow(),
                handshake(),
                segmentation(),
                checksum(),
                coalescing(),
                ioUring());
    }

    private static Suite pipeline() {
        List<Task> tasks = new ArrayList<>();
        int cores = Runtime.getRuntime().availableProcessors();
        for (String flow : List.of("tcp", "udp")) {
            for (String direction : List.of("send", "receive")) {
                for (int workers = 1;
                        workers <= cores;
                        workers = workers < cores ? Math.min(2 * workers, cores) : cores + 1) {
                    tasks.add(pipeline(flow, direction, workers, 1));
                    if (workers > 1) {
                        tasks.add(pipeline(flow, direction, workers, workers));
                    }
                }
            }
        }
        return new Suite(
                "pipeline",
                "a whole device in memory, from TUN to UDP and back, from one worker to all cores",
                "the AEAD alone on the same packets with as many threads; when receiving, with a copy in place of the"
                        + " kernel's",
                tasks);
    }

    private static Task pipeline(String flow, String direction, int workers, int peers) {
        int bytes = PipelineBenchmark.packetBytes(flow);
        String name = "%s, %s, %d worker%s, %d peer%s"
                .formatted(
                        direction,
                        flow.equals("tcp") ? "45 x 1420 B" : "single 200 B",
                        workers,
                        workers == 1 ? "" : "s",
                        peers,
                        peers == 1 ? "" : "s");
        return Task.of(name, PipelineBenchmark.class, "carry")
                .with("flow", flow)
                .with("direction", direction)
                .with("workers", workers)
                .with("peers", peers)
                .against("aead-alone")
                .per("packet", bytes)
                // Less than one object per train.
                .allocatingLessThan(Forks.OBJECT_BYTES / PipelineBenchmark.TRAIN)
                .quickIf(flow.equals("tcp") && peers == workers);
    }

    private static Suite queue(String name, String part, String what, String comparedWith, String... others) {
        Task pass = Task.of("in and out", QueueBenchmark.class, "pass");
        Task transfer = Task.of("from thread to thread", QueueBenchmark.class, "transfer");
        List<Task> tasks = new ArrayList<>();
        // The ordered queue's consumer is notified instead of polling, which the pipeline suite measures.
        for (Task task : part.equals("ordered") ? List.of(pass) : List.of(pass, transfer)) {
            tasks.add(task.with("part", part)
                    .against(others)
                    .per("train", 0)
                    .allocatingNothing()
                    .quickIf(true));
        }
        return new Suite(name, what, comparedWith, tasks);
    }

    private static Suite allowedIps() {
        List<Task> tasks = new ArrayList<>();
        for (int family : new int[] {4, 6}) {
            for (int prefixes : new int[] {10, 1_000, 100_000, 1_000_000}) {
                String[] others =
                        prefixes <= MAX_LINEAR ? new String[] {"tree-map", "linear"} : new String[] {"tree-map"};
                String among = "IPv%d, %,d prefixes".formatted(family, prefixes);
                Task lookup = Task.of("lookup, " + among, AllowedIpsBenchmark.class, "lookup")
                        .per("lookup", 0)
                        .allocatingNothing()
                        .quickIf(family == 4 && prefixes <= MAX_LINEAR);
                Task change = Task.of("change, " + among, AllowedIpsBenchmark.class, "change")
                        .per("change", 0);
                for (Task task : List.of(lookup, change)) {
                    tasks.add(task.with("family", family)
                            .with("prefixes", prefixes)
                            .against(others));
                }
            }
        }
        return new Suite(
                "allowed-ips",
                "the peer of an inner address; atomic changes of the table",
                "TreeMap.floorEntry(), correct only without nested prefixes, and a linear search",
                tasks);
    }

    private static Suite indexTable() {
        List<Task> tasks = new ArrayList<>();
        for (int sessions : new int[] {10, 1_000, 100_000, 1_000_000}) {
            String among = "%,d sessions".formatted(sessions);
            Task lookup = Task.of("lookup, " + among, IndexTableBenchmark.class, "lookup")
                    .per("lookup", 0)
                    .allocatingNothing()
                    .quickIf(sessions == 1_000);
            Task change = Task.of("change, " + among, IndexTableBenchmark.class, "change")
                    .per("change", 0);
            for (Task task : List.of(lookup, change)) {
                tasks.add(task.with("sessions", sessions).against("concurrent-hash-map"));
            }
        }
        return new Suite(
                "index-table",
                "the session of a receiver index; allocating and freeing an index",
                "a ConcurrentHashMap by Integer",
                tasks);
    }

    private static Suite peerTable() {
        List<Task> tasks = new ArrayList<>();
        for (int peers : new int[] {10, 1_000, 100_000, 1_000_000}) {
            tasks.add(Task.of("lookup, %,d peers".formatted(peers), PeerTableBenchmark.class, "lookup")
                    .with("peers", peers)
                    .against("concurrent-hash-map")
                    .per("lookup", 0)
                    .allocatingNothing()
                    .quickIf(peers == 1_000));
        }
        return new Suite(
                "peer-table",
                "the peer of a public key, once per handshake",
                "a ConcurrentHashMap with the same keys, which is open to hash-collision attacks",
                tasks);
    }

    private static Suite replayWindow() {
        Task inOrder = Task.of("in order", ReplayWindowBenchmark.class, "accept")
                .with("flipped", 0)
                .quickIf(true);
        Task reordered = Task.of("reordered within 8", ReplayWindowBenchmark.class, "accept")
                .with("flipped", 7);
        List<Task> tasks = new ArrayList<>();
        for (Task task : List.of(inOrder, reordered)) {
            tasks.add(task.against("bit-set", "greatest-only").per("packet", 0).allocatingNothing());
        }
        return new Suite(
                "replay-window",
                "replay check of a counter",
                "the same window on a BitSet, and a comparison with the highest counter only",
                tasks);
    }

    private static Suite handshake() {
        List<Task> tasks = new ArrayList<>();
        for (String step : List.of("initiate", "respond", "complete")) {
            tasks.add(Task.of(step, HandshakeBenchmark.class, "run")
                    .with("step", step)
                    .against("x25519-bouncy-castle", "x25519-jdk")
                    .per("message", 0)
                    .quickIf(true));
        }
        return new Suite(
                "handshake",
                "initiator: initiate (create the initiation), complete (consume the response); responder: respond",
                "the X25519 operations of the step alone, by Bouncy Castle and by the JDK",
                tasks);
    }

    private static Suite segmentation() {
        List<Task> tasks = new ArrayList<>();
        for (String flow : List.of("tcp4", "tcp6", "udp4")) {
            tasks.add(Task.of("45 x 1420 B, " + flow, SegmentationBenchmark.class, "segment")
                    .with("flow", flow)
                    .against("copy")
                    .per("packet", MTU)
                    .allocatingNothing()
                    .quickIf(flow.equals("tcp4")));
        }
        return new Suite(
                "segmentation",
                "a super-packet segmented into packets with headers and checksums",
                "a copy of the same bytes, packet by packet, without checksums",
                tasks);
    }

    private static Suite checksum() {
        List<Task> tasks = new ArrayList<>();
        for (String work : List.of("sum", "copy")) {
            for (int length : new int[] {64, MTU, 65_000}) {
                Task task = Task.of(
                                (work.equals("sum") ? "sum, " : "copy and sum, ") + length + " B",
                                ChecksumBenchmark.class,
                                "run")
                        .with("work", work)
                        .with("length", length)
                        .per("packet", length)
                        .allocatingNothing()
                        .quickIf(length == MTU);
                tasks.add(work.equals("sum") ? task.against("scalar-loop") : task.against("scalar-loop", "copy-alone"));
            }
        }
        return new Suite(
                "checksum",
                "the Internet checksum, alone and while copying",
                "a scalar loop over 16-bit words, and a copy without a checksum",
                tasks);
    }

    private static Suite coalescing() {
        List<Task> tasks = new ArrayList<>();
        for (String flow : List.of("tcp4", "tcp6", "udp4")) {
            tasks.add(Task.of("45 x 1420 B, " + flow, CoalescingBenchmark.class, "coalesce")
                    .with("flow", flow)
                    .against("copy", "two-copies")
                    .per("packet", MTU)
                    .allocatingNothing()
                    .quickIf(flow.equals("tcp4")));
        }
        return new Suite(
                "coalescing",
                "decrypted packets coalesced into a super-packet, after a copy that restores them",
                "that copy alone, and two copies",
                tasks);
    }

    private static Suite ioUring() {
        List<Task> tasks = new ArrayList<>();
        for (String file : List.of("eventfd", "udp", "tun")) {
            Optional<String> reason = IoUring.unavailableReason()
                    .or(() -> file.equals("tun") ? PrivateTun.unavailableReason() : Optional.empty());
            for (int batch : new int[] {1, 16}) {
                if (!file.equals("eventfd") || batch == 1) {
                    tasks.add(Task.of(file + ", " + batch + " at a time", SystemCallBenchmark.class, "roundTrip")
                            .with("file", file)
                            .with("batch", batch)
                            .against("plain")
                            .per("batch", 0)
                            .allocatingNothing()
                            .quickIf(true)
                            .unless(reason));
                }
            }
        }
        return new Suite(
                "io-uring",
                "writes and reads through the kernel, and writes to a TUN, one io_uring call per batch",
                "write and read system calls",
                tasks);
    }
}
