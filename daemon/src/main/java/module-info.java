/** The culvert program. */
module io.culvert.daemon {
    requires io.culvert.engine;
    requires info.picocli;
    requires java.logging;

    opens io.culvert.daemon to
            info.picocli;
}
