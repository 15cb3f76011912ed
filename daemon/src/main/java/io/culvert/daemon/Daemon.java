// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.metrics.MetricsEndpoint;
import io.culvert.daemon.metrics.ProcessReport;
import io.culvert.daemon.sandbox.Sandbox;
import io.culvert.daemon.warmup.SelfTrafficWarmup;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.linux.SuspendWatch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** A process that carries one interface, and ends with it. */
final class Daemon {
    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final Settings settings;
    private final DeviceSettings deviceSettings;
    private final Aeads aeads;
    private final MemoryBudget memory = MemoryBudget.ofHeap();
    private final ProcessLife life = new ProcessLife();

    Daemon(Settings settings, DeviceSettings deviceSettings, Aeads aeads) {
        this.settings = settings;
        this.deviceSettings = deviceSettings;
        this.aeads = aeads;
    }

    /**
     * Runs until the process is to stop.
     *
     * @return the exit status
     * @throws StartException if it cannot start; interface and socket are removed then
     */
    int run() throws StartException {
        return life.run(this::carry, deviceSettings.watchdogSeconds() > 0);
    }

    private void carry() throws IOException {
        Sandbox.protectMemory(settings.sandbox());
        aeads.onChange(name -> LOG.log(Level.INFO, "AEAD implementation: {0}", name));
        ProcessReport report = new ProcessReport(aeads, memory);
        try (ServedInterface served = ServedInterface.start(deviceSettings, aeads, memory);
                MetricsEndpoint _ = metrics(report)) {
            served.onEnd(life::end);
            report.add(served.metrics(Main.VERSION, settings.metricsPeers()));
            aeads.warmUp();
            warmUp(served);
            // Collect the garbage of the start-up now rather than under traffic.
            System.gc();
            memory.measure();
            serve(served, report);
        }
    }

    /** Runs before the UAPI socket exists, so that the device is not configured before it is fast. */
    private void warmUp(ServedInterface served) {
        if (settings.warmUp()) {
            SelfTrafficWarmup.run(
                    aeads, deviceSettings.workers(), served.backend(), deviceSettings.offloads(), life.ending());
        }
    }

    private void serve(ServedInterface served, ProcessReport report) throws IOException {
        served.open();
        try (SuspendWatch _ = SuspendWatch.start(served::forgetSessions)) {
            Sandbox.enter(settings.sandbox());
            served.serve(report);
            life.started();
            reportReady();
            LOG.log(Level.INFO, "shutting down: {0}", life.await().reason());
        }
    }

    /** Serves the metrics, or returns {@code null} if CULVERT_METRICS is not set. */
    private MetricsEndpoint metrics(ProcessReport report) {
        return settings.metrics() == null ? null : MetricsEndpoint.open(settings.metrics(), report);
    }

    /** Tells the launcher, which waits for this, that the interface and the UAPI socket exist. */
    private void reportReady() throws IOException {
        if (settings.background()) {
            System.out.println("ready");
            System.out.flush();
            StandardStreams.detach(settings.keepError());
        }
    }
}
