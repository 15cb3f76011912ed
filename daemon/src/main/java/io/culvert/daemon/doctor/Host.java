// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.engine.linux.OffloadState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The machine, as checks see it. One thread. */
interface Host {
    /** What the cipher's warm-up came to: the implementation, and its speed as a multiple of the first one's. */
    record Cipher(String implementation, double timesFirst, Optional<String> kernelsUnavailable) {}

    /**
     * A feature of a network card.
     *
     * @param changeable whether the driver lets it be switched
     */
    record CardFeature(boolean on, boolean changeable) {}

    /**
     * The way to an endpoint.
     *
     * @param link the interface, empty if it cannot be named
     * @param mtu the route's MTU, in bytes
     */
    record Route(String link, int mtu) {}

    /** The content of a small text file without white space around it; empty if it is missing or cannot be read. */
    Optional<String> read(String file);

    /** Whether a file exists. */
    boolean exists(String file);

    /** Whether the process may read and write a file. */
    boolean isAccessible(String file);

    /** The path of a program on PATH or in the places of system programs. */
    Optional<String> program(String name);

    /** The release of the kernel, such as {@code 6.1.0-18-amd64}. */
    String kernel();

    /** As {@code amd64}. */
    String architecture();

    /** Whether the process's user is root. */
    boolean isRoot();

    /** The memory that the process may use, by machine and cgroup, in MiB. */
    long memoryMebibytes();

    /** Whether the kernel counts its clock as synchronized; empty if it does not say. */
    Optional<Boolean> isClockSynchronized();

    /** A variable of the environment; empty also if its value is. */
    Optional<String> environment(String variable);

    /** The options that the JVM was started with. */
    List<String> jvmOptions();

    /** The release of the JDK, such as 25. */
    int javaRelease();

    /** Why io_uring cannot be used, by a real ring. */
    Optional<String> ioUringUnavailable();

    /** Why liburing cannot be used. */
    Optional<String> liburingUnavailable();

    /** Lets the cipher's implementations compile, and says which of them serves then. */
    Cipher cipher();

    /**
     * The offloads of an interface that was made for this question, and is gone.
     *
     * @throws IOException if no interface can be made; the message says why
     */
    List<OffloadState> offloads() throws IOException;

    /** Why sockets cannot send ({@code first}) or receive several datagrams as one. */
    List<Optional<String>> udpOffloadsUnavailable();

    /**
     * The features of a network card by their names in the kernel, such as {@code tx-udp-segmentation}.
     *
     * @throws IOException if the interface has none
     */
    Map<String, CardFeature> cardFeatures(String link) throws IOException;

    /**
     * The way to an endpoint.
     *
     * @throws IOException if there is none
     */
    Route route(InetSocketAddress endpoint) throws IOException;
}
