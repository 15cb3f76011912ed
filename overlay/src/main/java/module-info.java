// SPDX-License-Identifier: Apache-2.0
/** The program that keeps the peer lists of an overlay's nodes. */
// jetcd is an automatic module. The program runs on a class path, see decision 110.
@SuppressWarnings("requires-automatic")
module io.culvert.overlay {
    requires com.google.gson;
    requires info.picocli;
    requires io.netty.handler;
    requires io.prometheus.metrics.model;
    requires io.prometheus.writer.text;
    requires java.logging;
    requires java.naming;
    requires java.net.http;
    requires jdk.httpserver;
    requires jetcd.common;
    requires jetcd.core;

    opens io.culvert.overlay to
            info.picocli;
    opens io.culvert.overlay.agent to
            com.google.gson,
            info.picocli;
    opens io.culvert.overlay.command to
            info.picocli;
    opens io.culvert.overlay.enrolment to
            info.picocli;
    opens io.culvert.overlay.relay to
            info.picocli;
}
