/** The culvert program. */
module io.culvert.daemon {
    requires io.culvert.engine;
    requires info.picocli;
    requires java.logging;
}
