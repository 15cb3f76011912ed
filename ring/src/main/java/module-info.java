/** io_uring, the queues that packets wait in, and the slabs that they lie in. */
module io.culvert.ring {
    requires transitive io.culvert.natives;
    requires org.jctools.core.jdk11;

    exports io.culvert.ring;
}
