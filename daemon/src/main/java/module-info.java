/** The culvert program. */
// The module that one package is for is not there when this one is built.
@SuppressWarnings("module")
module io.culvert.daemon {
    requires io.culvert.engine;
    requires info.picocli;

    exports io.culvert.daemon.testbed to
            io.culvert.bench;

    provides System.LoggerFinder with
            io.culvert.daemon.Loggers;

    opens io.culvert.daemon to
            info.picocli;
    opens io.culvert.daemon.demo to
            info.picocli;
}
