// SPDX-License-Identifier: Apache-2.0
/** The program that keeps the peer lists of an overlay's nodes. */
// jetcd and grpc-java are automatic modules, which do not say what they need: the last six are for them.
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
    requires com.google.common;
    requires dev.failsafe.core;
    requires io.netty.codec.http2;
    requires io.netty.handler.proxy;
    requires io.vertx.core;
    requires org.slf4j;

    opens io.culvert.overlay to
            info.picocli;
    opens io.culvert.overlay.command to
            info.picocli;
    opens io.culvert.overlay.enrolment to
            info.picocli;
}
