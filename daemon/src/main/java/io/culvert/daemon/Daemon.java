// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.metrics.MetricsEndpoint;
import io.culvert.daemon.metrics.ProcessReport;
import io.culvert.daemon.sandbox.Sandbox;
import io.culvert.daemon.unix.ServiceManager;
import io.culvert.daemon.warmup.Warmup;
import io.culvert.engine.linux.SuspendWatch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** A process that carries one interface, and ends with it. */
final class Daemon {
    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final Settings settings;
    private final DeviceSettings deviceSettings;
    private final ServiceManager manager;
    private final Shared shared;
    private final ProcessLife life = new ProcessLife();

    Daemon(Settings settings, DeviceSettings deviceSettings, Aeads aeads, ServiceManager manager) {
        this.settings = settings;
        this.deviceSettings = deviceSettings;
        this.manager = manager;
        shared = Shared.of(aeads);
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
        shared.aeads().onChange(name -> LOG.log(Level.INFO, "AEAD implementation: {0}", name));
        ProcessReport report = new ProcessReport(shared.aeads(), shared.memory());
        try (ServedInterface served = ServedInterface.start(deviceSettings, shared, null);
                MetricsEndpoint _ = metrics(report)) {
            served.onEnd(life::end);
            served.report(Main.VERSION, settings.metricsPeers(), report);
            Warmup warmup = Warmup.prepare(
                    settings.warmUp(), shared.aeads(), deviceSettings.workers(), served.warmupPlatforms());
            report.warmup(warmup::status);
            // Collect the garbage of the start-up now rather than under traffic.
            System.gc();
            shared.memory().measure();
            serve(served, report, warmup);
        }
    }

    private void serve(ServedInterface served, ProcessReport report, Warmup warmup) throws IOException {
        served.open();
        try (warmup;
                SuspendWatch _ = SuspendWatch.start(served::forgetSessions)) {
            warmup.awaitPrivileged();
            Sandbox.enter(settings.sandbox());
            served.serve(report);
            life.started();
            reportReady(served);
            manager.watch(() -> report.health().good());
            warmup.start(served::packets, () -> Sandbox.forbidRings(settings.sandbox()));
            String reason = life.await().reason();
            manager.stopping(reason);
            LOG.log(Level.INFO, "shutting down: {0}", reason);
        }
    }

    /** Serves the metrics, or returns {@code null} if CULVERT_METRICS is not set. */
    private MetricsEndpoint metrics(ProcessReport report) {
        return settings.metrics() == null ? null : MetricsEndpoint.open(settings.metrics(), report);
    }

    /** Tells the launcher, or the service manager, that the interface and the UAPI socket exist. */
    private void reportReady(ServedInterface served) throws IOException {
        manager.ready("interface " + served.name());
        if (settings.background()) {
            System.out.println("ready");
            System.out.flush();
            StandardStreams.detach(settings.log() == LogDestination.STDERR);
            Loggers.setOutput(settings.log().output(settings.logFile(), true, served.name()));
        }
    }
}
