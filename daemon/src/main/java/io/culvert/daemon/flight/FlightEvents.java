// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * The types of events. The JVM spends a quarter of a second and 16 MB on the first of them, so none is loaded before
 * a recording begins.
 */
final class FlightEvents {
    private FlightEvents() {}

    /** What all events have. */
    @Category("Culvert")
    @StackTrace(false)
    @Enabled(true)
    abstract static class OfInterface extends Event {
        @Label("Interface")
        String interfaceName;
    }

    /** A handshake that gave a session. */
    @Category("Culvert")
    @StackTrace(false)
    abstract static class Session extends OfInterface {
        @Label("Peer")
        String peer;

        @Label("Initiator")
        @Description("Whether this end initiated the handshake")
        boolean initiator;

        @Label("Round Trip")
        @Description("From this end's last handshake message to the end of the handshake")
        @Timespan(Timespan.NANOSECONDS)
        long roundTrip;
    }

    /** A first session. */
    @Name("io.culvert.Handshake")
    @Label("Handshake")
    @Description("A handshake gave a session to a peer that had none")
    static final class Handshake extends Session {}

    /** New keys for a session. */
    @Name("io.culvert.Rekey")
    @Label("Rekey")
    @Description("A handshake gave new keys to a session")
    static final class Rekey extends Session {}

    /** A handshake that failed. */
    @Name("io.culvert.HandshakeFailure")
    @Label("Handshake Failure")
    @Description("A handshake gave no session, or a handshake message was refused")
    @Throttle("100/s")
    static final class HandshakeFailure extends OfInterface {
        @Label("Peer")
        @Description("The public key that the other end has, or claims to have")
        String peer;

        @Label("Reason")
        String reason;
    }

    /** A session that ended. */
    @Name("io.culvert.Expiry")
    @Label("Expiry")
    @Description("The keys of a session that was not renewed were zeroed")
    static final class Expiry extends OfInterface {
        @Label("Peer")
        String peer;
    }

    /** A peer that moved. */
    @Name("io.culvert.Roaming")
    @Label("Roaming")
    @Description("A peer sent from another address or port than before")
    @Throttle("100/s")
    static final class Roaming extends OfInterface {
        @Label("Peer")
        String peer;

        @Label("From")
        String from;

        @Label("To")
        String to;
    }

    /** Dropped packets. */
    @Name("io.culvert.Drops")
    @Label("Drops")
    @Description("Packets dropped since the last event, by cause; none for a cause without")
    @Period("10 s")
    static final class Drops extends OfInterface {
        @Label("Cause")
        String cause;

        @Label("Packets")
        long packets;
    }

    /** A worker that is stuck. */
    @Name("io.culvert.WorkerStall")
    @Label("Worker Stall")
    @Description("A worker has not turned for more than a second")
    static final class WorkerStall extends OfInterface {
        @Label("Thread")
        String thread;

        @Label("Seconds")
        int seconds;
    }

    /** Another thread that is stuck. */
    @Name("io.culvert.Stall")
    @Label("Stall")
    @Description("Another thread has not turned for more than a second")
    static final class Stall extends OfInterface {
        @Label("Thread")
        String thread;

        @Label("Seconds")
        int seconds;
    }

    /** A change of the port. */
    @Name("io.culvert.Port")
    @Label("Port")
    @Description("The UDP port was opened, closed or changed, or could not be opened")
    static final class Port extends OfInterface {
        @Label("Wanted")
        @Description("The configured port, 0 for any")
        int wanted;

        @Label("Open")
        @Description("The open port, 0 for none")
        int open;

        @Label("Reason")
        @Description("Why it is not open")
        String reason;
    }

    /** A change of what the system refuses. */
    @Name("io.culvert.Shortfall")
    @Label("Shortfall")
    @Description("The system refuses something that is wanted, or grants it at last")
    static final class Shortfall extends OfInterface {
        @Label("What")
        String what;

        @Label("Reason")
        @Description("Why it is refused; empty if it is granted")
        String reason;
    }
}
