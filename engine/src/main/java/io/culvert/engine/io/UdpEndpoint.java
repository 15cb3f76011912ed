// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * A remote address and port, and the source: the local address and interface that received its last datagram, from
 * which answers are sent (the kernel's struct endpoint). Addresses are two big-endian longs; an IPv4 address is in the
 * low half of {@link #low}.
 *
 * <p>Mutable and not thread-safe: each instance belongs to one thread, or is not changed after publication.
 */
public final class UdpEndpoint {
    /** Of a number of routes; the rest tells whether the source is withheld. */
    private static final int VERIFIED_BITS = Integer.MAX_VALUE;

    private boolean ipv6;
    private long high;
    private long low;
    private int port;
    private int scope;
    private long sourceHigh;
    private long sourceLow;
    private int sourceInterface;
    /**
     * The routes at which the source was looked at last, doubled, plus 1 if it is withheld since; 0 before. Also of a
     * published instance: any thread that sends writes it, and all of them read it. One word, which orders nothing
     * else; those who write it at the same time have asked the same question.
     */
    private int verified;

    /** An endpoint that is {@linkplain #isSet not set}. */
    public UdpEndpoint() {}

    /** Copies all fields of another endpoint. */
    public void copyFrom(UdpEndpoint other) {
        ipv6 = other.ipv6;
        high = other.high;
        low = other.low;
        port = other.port;
        scope = other.scope;
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        sourceInterface = other.sourceInterface;
        verified = 0;
    }

    /** Sets an IPv4 remote, with the address as a big-endian word, and clears the source. */
    public void setIpv4(int address, int remotePort) {
        ipv6 = false;
        high = 0;
        low = Integer.toUnsignedLong(address);
        port = remotePort;
        scope = 0;
        clearSource();
    }

    /** Sets an IPv6 remote and clears the source; {@code scopeId} is the interface of a link-local address, else 0. */
    public void setIpv6(long addressHigh, long addressLow, int remotePort, int scopeId) {
        ipv6 = true;
        high = addressHigh;
        low = addressLow;
        port = remotePort;
        scope = scopeId;
        clearSource();
    }

    /** Sets the source: the local address and interface that received a datagram. */
    public void setSource(long addressHigh, long addressLow, int interfaceIndex) {
        sourceHigh = addressHigh;
        sourceLow = addressLow;
        sourceInterface = interfaceIndex;
        verified = 0;
    }

    /** Clears the source: the system chooses the source address and route of the next datagram. */
    public void clearSource() {
        setSource(0, 0, 0);
    }

    /** Clears remote and source. */
    public void clear() {
        setIpv4(0, 0);
    }

    /** Whether the remote is set. */
    public boolean isSet() {
        return port != 0;
    }

    /** Whether the source is set. */
    public boolean hasSource() {
        return (sourceHigh | sourceLow) != 0 || sourceInterface != 0;
    }

    /** Whether the source was looked at with these routes, a number that changes with them. */
    public boolean isVerified(int routes) {
        return verified >>> 1 == (routes & VERIFIED_BITS);
    }

    /** The source was looked at: it is used from now on, or withheld. */
    public void setVerified(int routes, boolean used) {
        verified = (routes & VERIFIED_BITS) << 1 | (used ? 0 : 1);
    }

    /** Whether datagrams leave from the source address: it is set, and not withheld. */
    public boolean usesSource() {
        return (sourceHigh | sourceLow) != 0 && (verified & 1) == 0;
    }

    /** Whether remote and source are the same, withheld or not; roaming compares them for every train. */
    public boolean sameAs(UdpEndpoint other) {
        return sameRemote(other)
                && sourceLow == other.sourceLow
                && sourceHigh == other.sourceHigh
                && sourceInterface == other.sourceInterface;
    }

    /** Whether the remotes are the same. */
    public boolean sameRemote(UdpEndpoint other) {
        return low == other.low
                && high == other.high
                && port == other.port
                && scope == other.scope
                && ipv6 == other.ipv6;
    }

    public boolean isIpv6() {
        return ipv6;
    }

    public long high() {
        return high;
    }

    public long low() {
        return low;
    }

    public int port() {
        return port;
    }

    public int scope() {
        return scope;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public int sourceInterface() {
        return sourceInterface;
    }

    /** Sets the remote from a resolved address and clears the source. For the control plane: allocates. */
    public void set(InetSocketAddress remote) {
        byte[] bytes = remote.getAddress().getAddress();
        if (remote.getAddress() instanceof Inet4Address) {
            setIpv4((int) AddressWords.word(bytes, 0, 4), remote.getPort());
        } else {
            int scopeId = ((Inet6Address) remote.getAddress()).getScopeId();
            setIpv6(AddressWords.word(bytes, 0, 8), AddressWords.word(bytes, 8, 8), remote.getPort(), scopeId);
        }
    }

    /** The remote in Java's form, or {@code null} if not set. For the control plane: allocates. */
    public InetSocketAddress toSocketAddress() {
        return isSet() ? new InetSocketAddress(AddressWords.toInetAddress(ipv6, high, low, scope), port) : null;
    }

    @Override
    public String toString() {
        return isSet() ? String.valueOf(toSocketAddress()) : "(none)";
    }
}
