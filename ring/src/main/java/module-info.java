// SPDX-License-Identifier: Apache-2.0
/** io_uring, queues between threads, and slabs of packet memory. */
module io.culvert.ring {
    requires transitive io.culvert.natives;
    requires org.jctools.core.jdk11;

    exports io.culvert.ring;
}
