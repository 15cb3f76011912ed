package io.culvert.engine.io;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * The other end of a datagram: its address and port, and (as the kernel's {@code struct endpoint} has it) the local
 * address and interface that it came to, from which answers go out. Addresses are held as two big-endian longs; an IPv4
 * address is in the low half of {@link #low}.
 *
 * <p>Mutable and not thread-safe: each instance belongs to one thread, or is published by its owner and then left alone.
 */
public final class UdpEndpoint {
    private boolean ipv6;
    private long high;
    private long low;
    private int port;
    private int scope;
    private long sourceHigh;
    private long sourceLow;
    private int sourceInterface;

    /** An endpoint that is {@linkplain #isSet not set}. */
    public UdpEndpoint() {}

    /** Takes over another's values. */
    public void copyFrom(UdpEndpoint other) {
        ipv6 = other.ipv6;
        high = other.high;
        low = other.low;
        port = other.port;
        scope = other.scope;
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        sourceInterface = other.sourceInterface;
    }

    /** Sets an IPv4 remote and forgets the source. */
    public void setIpv4(int address, int remotePort) {
        ipv6 = false;
        high = 0;
        low = Integer.toUnsignedLong(address);
        port = remotePort;
        scope = 0;
        clearSource();
    }

    /** Sets an IPv6 remote and forgets the source; {@code scopeId} is the interface of a link-local address, else 0. */
    public void setIpv6(long addressHigh, long addressLow, int remotePort, int scopeId) {
        ipv6 = true;
        high = addressHigh;
        low = addressLow;
        port = remotePort;
        scope = scopeId;
        clearSource();
    }

    /** Sets the local address and interface that a datagram came to. */
    public void setSource(long addressHigh, long addressLow, int interfaceIndex) {
        sourceHigh = addressHigh;
        sourceLow = addressLow;
        sourceInterface = interfaceIndex;
    }

    /** Forgets the source: the next datagram leaves by whatever address and route the system chooses. */
    public void clearSource() {
        setSource(0, 0, 0);
    }

    /** Forgets everything. */
    public void clear() {
        setIpv4(0, 0);
    }

    /** Whether there is a remote at all. */
    public boolean isSet() {
        return port != 0;
    }

    /** Whether a source is known. */
    public boolean hasSource() {
        return (sourceHigh | sourceLow) != 0 || sourceInterface != 0;
    }

    /** Whether remote and source are the same; the test that roaming makes for every train. */
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

    /** Sets the remote from a resolved address and forgets the source; cold code only. */
    public void set(InetSocketAddress remote) {
        byte[] bytes = remote.getAddress().getAddress();
        if (remote.getAddress() instanceof Inet4Address) {
            setIpv4((int) AddressWords.word(bytes, 0, 4), remote.getPort());
        } else {
            int scopeId = ((Inet6Address) remote.getAddress()).getScopeId();
            setIpv6(AddressWords.word(bytes, 0, 8), AddressWords.word(bytes, 8, 8), remote.getPort(), scopeId);
        }
    }

    /** The remote as Java's own type, or {@code null} when not set; cold code only. */
    public InetSocketAddress toSocketAddress() {
        return isSet() ? new InetSocketAddress(AddressWords.toInetAddress(ipv6, high, low, scope), port) : null;
    }

    @Override
    public String toString() {
        return isSet() ? String.valueOf(toSocketAddress()) : "(none)";
    }
}
