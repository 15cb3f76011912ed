// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the addresses of endpoints. A name that does not resolve for the moment is tried again, after 1 s at first and
 * up to 20 s, as often as {@code WG_ENDPOINT_RESOLUTION_RETRIES} says (wg(8)). For one thread.
 */
final class EndpointResolver {
    static final String RETRIES = "WG_ENDPOINT_RESOLUTION_RETRIES";

    private static final int STANDARD_RETRIES = 15;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

    private final Lookup lookup;
    private final Pause pause;
    private final long retries;

    /** Asks the system. */
    interface Lookup {
        InetAddress of(String host) throws UnknownHostException;
    }

    /** Waits. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /**
     * A resolver of the system.
     *
     * @throws IOException if the environment has an invalid number of retries
     */
    EndpointResolver(Map<String, String> environment) throws IOException {
        this(environment, InetAddress::getByName, Thread::sleep);
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    EndpointResolver(Map<String, String> environment, Lookup lookup, Pause pause) throws IOException {
        this.lookup = lookup;
        this.pause = pause;
        String text = environment.getOrDefault(RETRIES, "");
        if (text.isEmpty()) {
            retries = STANDARD_RETRIES;
        } else if (text.equals("infinity")) {
            retries = Long.MAX_VALUE;
        } else if (text.matches("[0-9]{1,9}")) {
            retries = Long.parseLong(text);
        } else {
            throw new IOException(RETRIES + "=" + text + ": expected a number or infinity");
        }
    }

    /**
     * The address of an endpoint.
     *
     * @throws UnknownHostException if the name has none, or none in time
     */
    InetSocketAddress resolve(Endpoint endpoint) throws UnknownHostException, InterruptedException {
        InetSocketAddress numeric = endpoint.numeric();
        if (numeric != null) {
            return numeric;
        }
        Duration next = FIRST_PAUSE;
        for (long retry = 0; ; retry++) {
            try {
                return new InetSocketAddress(lookup.of(endpoint.host()), endpoint.port());
            } catch (UnknownHostException e) {
                if (isPermanent(e) || retry >= retries) {
                    throw unknown(endpoint, e, retry);
                }
            }
            Programs.warn(String.format(
                    Locale.ROOT,
                    "Endpoint %s does not resolve; trying again in %.1f s",
                    endpoint,
                    next.toMillis() / 1e3));
            pause.of(next);
            Duration longer = next.multipliedBy(6).dividedBy(5);
            next = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    /** Whether the name server has said that there is no such name: EAI_NONAME, EAI_NODATA and EAI_FAIL. */
    private static boolean isPermanent(UnknownHostException e) {
        String text = String.valueOf(e.getMessage());
        return text.endsWith("Name or service not known")
                || text.endsWith("No address associated with hostname")
                || text.endsWith("Non-recoverable failure in name resolution");
    }

    private static UnknownHostException unknown(Endpoint endpoint, UnknownHostException cause, long retries) {
        UnknownHostException unknown = new UnknownHostException("Endpoint " + endpoint + " does not resolve: "
                + cause.getMessage() + (retries > 0 ? " (after " + retries + " retries; " + RETRIES + ")" : ""));
        unknown.initCause(cause);
        return unknown;
    }
}
