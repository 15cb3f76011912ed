/** The culvert program. */
module io.culvert.daemon {
    requires io.culvert.engine;
    requires info.picocli;

    provides System.LoggerFinder with
            io.culvert.daemon.Loggers;

    opens io.culvert.daemon to
            info.picocli;
    opens io.culvert.daemon.demo to
            info.picocli;
}
