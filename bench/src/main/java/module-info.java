/** Benchmarks. JMH's forks run on the class path, where nothing need be exported to it. */
module io.culvert.bench {
    requires com.google.gson;
    requires info.picocli;
    requires io.culvert.crypto;
    requires io.culvert.daemon;
    requires io.culvert.engine;
    requires jmh.core;
    // JMH uses Unsafe, and as an automatic module cannot say so itself.
    requires jdk.unsupported;

    opens io.culvert.bench to
            info.picocli;
    opens io.culvert.bench.result to
            com.google.gson;
}
