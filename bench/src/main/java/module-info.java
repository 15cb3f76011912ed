// SPDX-License-Identifier: Apache-2.0
/** Benchmarks. JMH's forks run on the class path, where nothing need be exported to it. */
module io.culvert.bench {
    requires async.profiler;
    requires com.google.gson;
    requires com.samskivert.jmustache;
    requires info.picocli;
    requires io.culvert.crypto;
    requires io.culvert.daemon;
    requires io.culvert.engine;
    requires io.culvert.engine.testkit;
    requires io.culvert.natives;
    requires java.desktop;
    requires java.logging;
    requires java.management;
    requires jdk.attach;
    requires jmh.core;
    requires org.apache.commons.statistics.inference;
    requires org.apache.xmlgraphics.batik.svggen;
    requires org.bouncycastle.provider;
    requires org.jctools.core.jdk11;
    requires org.jfree.jfreechart;
    // JMH uses Unsafe, and as an automatic module cannot say so itself.
    requires jdk.unsupported;

    opens io.culvert.bench to
            info.picocli;
    opens io.culvert.bench.gate to
            com.google.gson,
            info.picocli;
    opens io.culvert.bench.jmh to
            info.picocli;
    opens io.culvert.bench.profile to
            info.picocli;
    opens io.culvert.bench.result to
            com.google.gson;
    opens io.culvert.bench.report to
            com.samskivert.jmustache,
            info.picocli;
}
