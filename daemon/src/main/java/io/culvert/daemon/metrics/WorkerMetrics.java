// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.device.Device;
import io.culvert.engine.io.Counters;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.pipeline.Batch;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.QueueWait;
import io.culvert.engine.pipeline.Traffic;
import io.culvert.engine.pipeline.Worker;
import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What the workers of a device count: counters for each worker, histograms for all together. */
final class WorkerMetrics {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double NANOS = 1e9;
    private static final Map<Traffic, String> TRAFFIC_HELP = Map.of(
            Traffic.SENT_PACKETS, "Data messages sent, including keepalives.",
            Traffic.SENT_BYTES, "Bytes of data messages sent, including headers and tags.",
            Traffic.RECEIVED_PACKETS, "Data messages received and accepted, including keepalives.",
            Traffic.RECEIVED_BYTES, "Bytes of data messages received and accepted, including headers and tags.",
            Traffic.HANDSHAKES, "Handshakes completed.");

    private final Device device;

    WorkerMetrics(Device device) {
        this.device = device;
    }

    void addTo(MetricFamilies families) {
        for (int i = 0; i < device.workers().count(); i++) {
            counters(families, device.workers().get(i), Labels.of("worker", Integer.toString(i)));
        }
        List<Worker> workers = IntStream.range(0, device.workers().count())
                .mapToObj(device.workers()::get)
                .toList();
        for (Batch batch : Batch.values()) {
            families.histogram(
                    "culvert_batch_packets",
                    "Packets that travel together, by place.",
                    Labels.of("batch", word(batch)),
                    workers.stream().map(Worker::batches).toList(),
                    batch,
                    1);
        }
        for (QueueWait wait : QueueWait.values()) {
            String[] words = word(wait).split("_");
            families.histogram(
                    "culvert_queue_wait_seconds",
                    "How long trains wait for a worker that ciphers them, and then for their commit; one in 64.",
                    Labels.of("direction", words[0], "queue", words[1]),
                    workers.stream().map(Worker::waits).toList(),
                    wait,
                    NANOS);
        }
    }

    private void counters(MetricFamilies families, Worker worker, Labels key) {
        each(
                families,
                "culvert_dropped_packets",
                "Packets dropped, by cause.",
                "cause",
                key,
                worker.drops(),
                DropCause.values());
        each(
                families,
                "culvert_io",
                "I/O events of the workers, such as system calls.",
                "event",
                key,
                worker.io().counters(),
                IoCounters.Counter.values());
        Thread thread = worker.thread();
        if (thread != null) {
            // Negative for a thread that has ended meanwhile.
            long nanos = Math.max(THREADS.getThreadCpuTime(thread.threadId()), 0);
            families.counter("culvert_worker_cpu_seconds", "CPU time of a worker's thread.", key, nanos / NANOS);
        }
        families.counter(
                "culvert_socket_dropped_datagrams",
                "Datagrams dropped because the socket's receive buffer was full.",
                key,
                device.statistics().receiveLosses(worker.id()));
        for (Traffic counter : Traffic.values()) {
            families.counter(
                    "culvert_" + word(counter),
                    TRAFFIC_HELP.get(counter),
                    key,
                    worker.traffic().get(counter));
        }
    }

    private static <E extends Enum<E>> void each(
            MetricFamilies families,
            String name,
            String help,
            String label,
            Labels key,
            Counters<E> counters,
            E[] kinds) {
        for (E kind : kinds) {
            families.counter(name, help, key.add(label, word(kind)), counters.get(kind));
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
