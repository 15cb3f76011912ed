// SPDX-License-Identifier: Apache-2.0
/** The culvert program. */
// The module that two packages are for is not there when this one is built.
@SuppressWarnings({"module", "requires-automatic"})
module io.culvert.daemon {
    requires io.culvert.engine;
    requires com.google.gson;
    requires info.picocli;
    requires io.prometheus.metrics.model;
    requires io.prometheus.writer.text;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.management;
    requires jdk.unsupported;

    exports io.culvert.daemon.command to
            io.culvert.bench;
    exports io.culvert.daemon.testbed to
            io.culvert.bench;

    provides System.LoggerFinder with
            io.culvert.daemon.Loggers;

    opens io.culvert.daemon to
            info.picocli;
    opens io.culvert.daemon.demo to
            info.picocli;
    opens io.culvert.daemon.doctor to
            info.picocli;
    opens io.culvert.daemon.soak to
            info.picocli;
    opens io.culvert.daemon.status to
            info.picocli;
    opens io.culvert.daemon.top to
            info.picocli;
    opens io.culvert.daemon.wgquick to
            info.picocli;
}
