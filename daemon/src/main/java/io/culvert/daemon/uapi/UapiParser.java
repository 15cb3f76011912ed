package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes a {@link DeviceUpdate} of the lines of one UAPI {@code set} request. All of them are read and found good before
 * there is an update at all, so a bad request changes nothing.
 *
 * <p>One request, one thread, one parser. Whoever made it closes it, which zeroes the secrets of a request that did not
 * become an update.
 */
final class UapiParser implements AutoCloseable {
    private final Set<PublicKey> names = new HashSet<>();
    private final List<PeerUpdate> peers = new ArrayList<>();
    private final EnumSet<UapiKey> seen = EnumSet.noneOf(UapiKey.class);
    private int lines;
    private Secret privateKey;
    private OptionalInt listenPort = OptionalInt.empty();
    private OptionalInt mark = OptionalInt.empty();
    // The peer whose lines are being read; null before the first.
    private UapiPeer peer;
    private boolean replacePeers;

    /**
     * Takes the next line.
     *
     * @param bytes the line, without its end; not kept
     * @throws UapiException when the line is no good; the parser is then only to be closed
     */
    void accept(byte[] bytes, int length) throws UapiException {
        lines++;
        UapiLine line = UapiLine.of(lines, bytes, length);
        UapiKey key = line.key();
        if (key == UapiKey.PUBLIC_KEY) {
            finishPeer();
            peer = begin(line);
        } else if (!key.isInterface()) {
            if (peer == null) {
                throw line.bad("stands before the first public_key");
            }
            peer.accept(line);
        } else if (peer != null) {
            throw line.bad("stands after a peer");
        } else if (!seen.add(key)) {
            throw line.bad("stands twice");
        } else {
            acceptInterface(line);
        }
    }

    /** The update; the caller closes it. */
    DeviceUpdate finish() {
        finishPeer();
        DeviceUpdate update = new DeviceUpdate(privateKey, listenPort, mark, replacePeers, List.copyOf(peers));
        privateKey = null;
        peers.clear();
        return update;
    }

    @Override
    public void close() {
        finish().close();
    }

    private void acceptInterface(UapiLine line) throws UapiException {
        switch (line.key()) {
            case PRIVATE_KEY -> privateKey = line.secret();
            case LISTEN_PORT -> listenPort = OptionalInt.of((int) line.number(65_535));
            case FWMARK -> mark = OptionalInt.of((int) line.number(0xffff_ffffL));
            case REPLACE_PEERS -> {
                line.requireTrue();
                replacePeers = true;
            }
            default -> throw new AssertionError(line.key());
        }
    }

    private UapiPeer begin(UapiLine line) throws UapiException {
        PublicKey name = line.publicKey();
        if (!names.add(name)) {
            throw line.bad("names a peer a second time");
        }
        return new UapiPeer(name);
    }

    private void finishPeer() {
        if (peer != null) {
            peers.add(peer.finish());
            peer = null;
        }
    }
}
