// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.io.Clock;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.natives.Memory;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.concurrent.TimeUnit;
import javax.crypto.KeyAgreement;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The three steps of a handshake: the initiator creates the initiation; the responder consumes it, creates the response
 * and its session; the initiator consumes the response and creates its session. The references are the X25519
 * operations of the step alone (a public key and one agreement; a public key and three; two), by Bouncy Castle and
 * by the JDK.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandshakeBenchmark {
    private static final int MESSAGE_BYTES = 148;

    /** {@code culvert}, {@code x25519-bouncy-castle}, {@code x25519-jdk}. */
    @Param({"culvert"})
    public String implementation;

    /** {@code initiate}, {@code respond}, {@code complete}. */
    @Param({"initiate"})
    public String step;

    private final SeededRandom random = new SeededRandom(1);
    private final Clock clock = new FastClock();
    private final long initiation = Memory.allocate(MESSAGE_BYTES, 8);
    private final long response = Memory.allocate(MESSAGE_BYTES, 8);
    private StaticIdentity initiatorIdentity;
    private StaticIdentity responderIdentity;
    private Handshake<HandshakeBenchmark> initiator;
    private Handshake<HandshakeBenchmark> responder;
    private Runnable work;

    /** A clock that advances on each read by more than the minimum interval between initiations. */
    private static final class FastClock implements Clock {
        private static final long STEP = 50_000_000;
        private long nanos;

        @Override
        public long nanos() {
            return nanos += STEP;
        }

        @Override
        public long wallSeconds() {
            return (nanos += STEP) / 1_000_000_000;
        }

        @Override
        public int wallNanos() {
            return (int) (nanos % 1_000_000_000);
        }
    }

    /** Creates both ends of the handshake, or the keys for X25519 alone. */
    @Setup
    public void setUp() throws GeneralSecurityException {
        initiatorIdentity = identity();
        responderIdentity = identity();
        initiator = handshake(initiatorIdentity, responderIdentity.publicKey());
        responder = handshake(responderIdentity, initiatorIdentity.publicKey());
        int publicKeys = step.equals("complete") ? 0 : 1;
        int agreements = step.equals("initiate") ? 1 : step.equals("respond") ? 3 : 2;
        work = switch (implementation) {
            case "x25519-bouncy-castle" -> bouncyCastle(publicKeys, agreements);
            case "x25519-jdk" -> jdk(publicKeys, agreements);
            default ->
                switch (step) {
                    case "initiate" -> this::initiate;
                    case "respond" -> this::respond;
                    default -> this::complete;
                };
        };
    }

    private StaticIdentity identity() {
        try (Secret secret = Secret.privateKey(random)) {
            return new StaticIdentity(secret);
        }
    }

    private Handshake<HandshakeBenchmark> handshake(StaticIdentity self, PublicKey peer) {
        Handshake<HandshakeBenchmark> handshake = new Handshake<>(peer, this, index -> {});
        handshake.setIdentity(self);
        return handshake;
    }

    private Runnable bouncyCastle(int publicKeys, int agreements) {
        byte[] key = new byte[32];
        random.fill(key);
        byte[] peer = identity().publicKey().toBytes();
        byte[] result = new byte[32];
        return () -> {
            for (int i = 0; i < publicKeys; i++) {
                X25519.generatePublicKey(key, 0, result, 0);
            }
            for (int i = 0; i < agreements; i++) {
                X25519.calculateAgreement(key, 0, peer, 0, result, 0);
            }
        };
    }

    private static Runnable jdk(int publicKeys, int agreements) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
        KeyPair own = generator.generateKeyPair();
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        return () -> {
            try {
                for (int i = 0; i < publicKeys; i++) {
                    generator.generateKeyPair();
                }
                for (int i = 0; i < agreements; i++) {
                    agreement.init(own.getPrivate());
                    agreement.doPhase(peer.getPublic(), true);
                    agreement.generateSecret();
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    /** Runs the steps before the measured one. */
    @Setup(Level.Invocation)
    public void before() {
        if (implementation.equals("culvert") && !step.equals("initiate")) {
            initiate();
            if (step.equals("complete")) {
                respond();
            }
        }
    }

    /** One step. */
    @Benchmark
    public void run() {
        work.run();
    }

    private void initiate() {
        check(initiator.createInitiation(initiation, 1, clock, random));
    }

    private void respond() {
        check(Handshake.consumeInitiation(responderIdentity, initiation, key -> responder, clock, (why, peer) -> {})
                == responder);
        check(responder.createResponse(response, 2, random));
        end(responder.beginSession(2, clock.nanos()));
    }

    private void complete() {
        check(initiator.consumeResponse(initiatorIdentity, response));
        end(initiator.beginSession(1, clock.nanos()));
    }

    private static void end(Keypair<?> session) {
        check(session != null);
        session.release();
    }

    private static void check(boolean good) {
        if (!good) {
            throw new IllegalStateException("the handshake failed");
        }
    }
}
