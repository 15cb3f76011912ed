// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.testkit.VirtualClock;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets are zeroed as soon as they are no longer needed. */
class SecretsTest {
    /** Ephemeral private key, chaining key, hash, remote ephemeral key: the part of one handshake. */
    private static final int HANDSHAKE_BYTES = 128;
    /** With the preshared key and the static-static secret. */
    private static final int ALL_BYTES = 192;

    private final VirtualClock clock = new VirtualClock();
    private Side a;
    private Side b;

    @BeforeEach
    void pair() {
        Side[] pair = Side.pair(300);
        a = pair[0];
        b = pair[1];
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 6);
        a.setPresharedKey(key);
        b.setPresharedKey(key);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    /** The number of secrets in memory. */
    static int inUse() {
        int[] count = {0};
        SecretMemory.forEach((address, bytes) -> count[0]++);
        return count[0];
    }

    private static long memory(Handshake<?> handshake) throws ReflectiveOperationException {
        return (long) MethodHandles.privateLookupIn(Handshake.class, MethodHandles.lookup())
                .findVarHandle(Handshake.class, "memory", long.class)
                .get(handshake);
    }

    private static byte[] bytes(long address, int from, int to) {
        byte[] copy = new byte[to - from];
        Memory.copy(address + from, copy, 0, to - from);
        return copy;
    }

    private void handshake() {
        a.initiate(1, clock);
        b.consumeInitiationOf(a, clock);
        b.respond(2);
        assertThat(a.consumeResponseOf(b)).isTrue();
    }

    @Test
    void beginningASessionZeroesTheHandshake() throws ReflectiveOperationException {
        handshake();
        for (Side side : new Side[] {a, b}) {
            assertThat(bytes(memory(side.handshake), 32, 96)).isNotEqualTo(new byte[64]);
            Keypair<Side> keypair = side.handshake.beginSession(side == a ? 1 : 2, 0);
            assertThat(bytes(memory(side.handshake), 0, HANDSHAKE_BYTES)).containsOnly(0);
            assertThat(bytes(memory(side.handshake), HANDSHAKE_BYTES, 160)).containsOnly(6);
            assertThat(bytes(memory(side.handshake), 160, ALL_BYTES)).isNotEqualTo(new byte[32]);
            keypair.release();
        }
    }

    @Test
    void clearingZeroesTheHandshake() throws ReflectiveOperationException {
        handshake();
        a.handshake.clear();
        assertThat(bytes(memory(a.handshake), 0, HANDSHAKE_BYTES)).containsOnly(0);
    }

    /** Nor does a message that is refused. */
    @Test
    void stepsOfAHandshakeLeaveNoSecretsBehind() {
        handshake();
        a.handshake.beginSession(1, 0).release();
        b.handshake.beginSession(2, 0).release();
        int before = inUse();
        clock.advance(1_000_000_000);
        handshake();
        assertThat(a.consumeResponseOf(b)).as("a second time").isFalse();
        assertThat(b.consumeInitiationOf(a, clock)).as("a second time").isNull();
        assertThat(b.respond(2)).as("a second time").isFalse();
        a.handshake.beginSession(1, 0).release();
        b.handshake.beginSession(2, 0).release();
        assertThat(inUse()).isEqualTo(before);
        assertThat(a.identity.references()).isOne();
        assertThat(b.identity.references()).isOne();
    }

    /** Accesses beyond a secret's own memory would read or change that of others, of the same size beside it. */
    @Test
    void aHandshakeTouchesNoOtherSecrets() {
        int[] sizes = {64, 192, 256, 320};
        Map<Long, Integer> others = new HashMap<>();
        long[] between = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            between[i] = surrounded(sizes[i], others);
        }
        // The next allocations of these sizes.
        for (long free : between) {
            SecretMemory.free(free);
        }
        handshake();
        Keypair<Side> ofA = a.handshake.beginSession(1, 0);
        Keypair<Side> ofB = b.handshake.beginSession(2, 0);
        assertThat(bytes(ofA.sendKey(), 0, 32)).isEqualTo(bytes(ofB.receiveKey(), 0, 32));
        assertThat(bytes(ofA.receiveKey(), 0, 32)).isEqualTo(bytes(ofB.sendKey(), 0, 32));
        ofA.release();
        ofB.release();
        others.forEach((address, size) -> {
            assertThat(bytes(address, 0, size)).containsOnly(1);
            SecretMemory.free(address);
        });
    }

    /** Memory between two allocations of its size, which hold ones; adds all but itself to others. */
    private static long surrounded(int size, Map<Long, Integer> others) {
        long before = 0;
        long middle = 0;
        while (true) {
            long last = SecretMemory.allocate(size);
            for (int i = 0; i < size; i++) {
                Memory.putByte(last + i, (byte) 1);
            }
            if (before != 0 && middle == before + size && last == middle + size) {
                others.put(last, size);
                others.remove(middle);
                return middle;
            }
            others.put(last, size);
            before = middle;
            middle = last;
        }
    }

    @Test
    void clearingFreesTheMemoryOfAPeerWithoutAPresharedKey() throws ReflectiveOperationException {
        a.setPresharedKey(new byte[32]);
        a.initiate(1, clock);
        assertThat(a.handshake.hasSecrets()).isTrue();
        a.handshake.clear();
        assertThat(a.handshake.hasSecrets()).isFalse();
        assertThat(memory(a.handshake)).isZero();
    }

    @Test
    void clearingZeroesTheStaticSecret() throws ReflectiveOperationException {
        handshake();
        assertThat(bytes(memory(a.handshake), 160, ALL_BYTES)).isNotEqualTo(new byte[32]);
        a.handshake.clear();
        assertThat(bytes(memory(a.handshake), 160, ALL_BYTES)).containsOnly(0);
    }

    @Test
    void removingTheIdentityZeroesTheStaticSecret() throws ReflectiveOperationException {
        handshake();
        a.handshake.setIdentity(null);
        assertThat(bytes(memory(a.handshake), 160, ALL_BYTES)).containsOnly(0);
    }

    @Test
    void closingFreesTheMemory() throws ReflectiveOperationException {
        long memory = memory(a.handshake);
        a.handshake.close();
        assertThatThrownBy(() -> Memory.getByte(memory)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(memory(a.handshake)).isZero();
    }

    @Test
    void identityIsFreedWithItsLastReference() {
        Side other = new Side(301);
        other.identity.release();
        assertThat(other.identity.tryAcquire()).isFalse();
        assertThatThrownBy(other.identity::copyPrivateKey).isInstanceOf(IllegalStateException.class);
        assertThat(other.identity.publicKey()).isNotNull();
    }

    @Test
    void freedIdentityCountsAsNone() {
        a.initiate(1, clock);
        Side gone = new Side(302);
        gone.identity.release();
        assertThat(Handshake.consumeInitiation(gone.identity, a.initiation, b::lookup, clock, b::refused))
                .isNull();
        assertThat(a.handshake.consumeResponse(gone.identity, b.response)).isFalse();
    }

    @Test
    void closedSymmetricStateIsZeroed() {
        long saved = Memory.allocate(SymmetricState.SAVED_BYTES, 8);
        SymmetricState symmetric = new SymmetricState(a.identity.publicKey());
        symmetric.save(saved);
        assertThat(bytes(saved, 0, SymmetricState.SAVED_BYTES)).isNotEqualTo(new byte[SymmetricState.SAVED_BYTES]);
        symmetric.close();
        assertThatThrownBy(() -> symmetric.save(saved)).isInstanceOf(IndexOutOfBoundsException.class);
        Memory.free(saved);
    }
}
