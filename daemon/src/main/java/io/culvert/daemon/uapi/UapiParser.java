// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static io.culvert.natives.generated.linux_h.ENOSPC;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Builds a {@link DeviceUpdate} from the lines of one UAPI {@code set} request. The update exists only after all lines
 * were parsed, so a request with an error changes nothing.
 *
 * <p>Each request has its own parser, used by one thread. Closing the parser zeroes the secrets of a request that was
 * not finished.
 */
final class UapiParser implements AutoCloseable {
    /** Bytes of the objects that a line becomes, at most. */
    private static final long LINE_BYTES = 320;

    private final MemoryBudget memory;
    private final Set<PublicKey> publicKeys = new HashSet<>();
    private final List<PeerUpdate> peers = new ArrayList<>();
    private final EnumSet<UapiKey> seen = EnumSet.noneOf(UapiKey.class);
    private int lines;
    private Secret privateKey;
    private OptionalInt listenPort = OptionalInt.empty();
    private OptionalInt fwmark = OptionalInt.empty();
    // The peer that the lines being read belong to; null before the first peer.
    private UapiPeer peer;
    private boolean replacePeers;
    private long taken;

    /** A parser whose objects take memory of a budget until it is closed. */
    UapiParser(MemoryBudget memory) {
        this.memory = memory;
    }

    /**
     * Parses the next line.
     *
     * @param bytes a direct buffer that begins with the line, without its newline; not kept
     * @throws UapiException if the line is invalid; the parser must be closed then, and not be used further
     */
    void accept(ByteBuffer bytes, int length) throws UapiException {
        lines++;
        takeMemory();
        UapiLine line = UapiLine.of(lines, bytes, length);
        UapiKey key = line.key();
        if (key == UapiKey.PUBLIC_KEY) {
            finishPeer();
            peer = begin(line);
        } else if (!key.isInterface()) {
            if (peer == null) {
                throw line.bad("peer key before the first public_key");
            }
            accept(peer, line);
        } else if (peer != null) {
            throw line.bad("interface key after the first public_key");
        } else if (!seen.add(key)) {
            throw line.duplicate();
        } else {
            acceptInterface(line);
        }
    }

    /** The number of lines accepted or rejected so far. */
    int lines() {
        return lines;
    }

    /** Returns the update of the lines accepted so far; the caller closes it. */
    DeviceUpdate finish() {
        finishPeer();
        DeviceUpdate update = new DeviceUpdate(privateKey, listenPort, fwmark, replacePeers, List.copyOf(peers));
        privateKey = null;
        peers.clear();
        return update;
    }

    private void takeMemory() throws UapiException {
        if (lines * LINE_BYTES <= taken) {
            return;
        }
        if (!(taken == 0 ? memory.tryBeginRequest() : memory.tryContinueRequest())) {
            throw new UapiException(
                    ENOSPC,
                    "line " + lines + ": the request does not fit the memory: send a smaller one, or give the process"
                            + " more memory, or the JVM more heap (-Xmx)");
        }
        taken += MemoryBudget.REQUEST_PIECE;
    }

    @Override
    public void close() {
        finish().close();
        memory.endRequest(taken);
        taken = 0;
    }

    private void acceptInterface(UapiLine line) throws UapiException {
        switch (line.key()) {
            case PRIVATE_KEY -> privateKey = line.secret();
            case LISTEN_PORT -> listenPort = OptionalInt.of((int) line.number(65_535));
            case FWMARK -> fwmark = OptionalInt.of((int) line.number(0xffff_ffffL));
            case REPLACE_PEERS -> {
                line.requireTrue();
                replacePeers = true;
            }
            default -> throw new AssertionError(line.key());
        }
    }

    /** Names the peer in an error: the line's number is that of a request which the operator never saw. */
    private static void accept(UapiPeer peer, UapiLine line) throws UapiException {
        try {
            peer.accept(line);
        } catch (UapiException e) {
            throw new UapiException(
                    e.errno(), e.getMessage() + " (peer " + peer.publicKey().toBase64() + ")");
        }
    }

    private UapiPeer begin(UapiLine line) throws UapiException {
        PublicKey publicKey = line.publicKey();
        if (!publicKeys.add(publicKey)) {
            throw line.bad("peer " + publicKey.toBase64() + " stands twice in one request");
        }
        return new UapiPeer(publicKey);
    }

    private void finishPeer() {
        if (peer != null) {
            peers.add(peer.finish());
            peer = null;
        }
    }
}
