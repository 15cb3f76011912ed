// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.Worker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a peer's home and the handshake threads ask of each other. A peer is listed once at most with either, so neither
 * list is ever full: no initiation, no erasure and no session is dropped for want of a place.
 *
 * <p>{@code tasks}: the home asks, a handshake thread takes them all, under the monitor of the peer's handshake and
 * keeps it until they are done. So two threads cannot swap an erasure and the initiation that follows it.
 *
 * <p>{@code results}: handshake threads push, the home takes them all; a stack (R. K. Treiber, 1986). Atomic updates of
 * both words order what was written before them.
 */
abstract class HandshakeExchange extends RoamingPath {
    /** A bit of {@link #takeTasks}: forget the handshake. It comes first. */
    static final int CLEAR = 1;
    /** A bit of {@link #takeTasks}: create an initiation. */
    static final int INITIATE = 2;
    /** A bit of {@link #attend}: there are results. */
    static final int RESULTS = 1;

    private static final VarHandle TASKS;
    private static final VarHandle RESULT;

    static {
        try {
            TASKS = MethodHandles.lookup().findVarHandle(HandshakeExchange.class, "tasks", int.class);
            RESULT = MethodHandles.lookup().findVarHandle(HandshakeExchange.class, "results", Result.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through TASKS
    private int tasks;

    @SuppressWarnings("unused") // through RESULT
    private Result results;

    /** What the home is to do; {@code next} came before it. */
    private record Result(Runnable action, Result next) {}

    HandshakeExchange(Worker home, byte receiveSocket, PublicKey publicKey, DeviceListener listener) {
        super(home, receiveSocket, publicKey, listener);
    }

    /** Asks for an initiation; returns whether the caller must enqueue the peer. The home. */
    final boolean askForInitiation() {
        return (int) TASKS.getAndBitwiseOr(this, INITIATE) == 0;
    }

    /**
     * Asks that the handshake be forgotten, and an initiation that was asked for before; returns whether the caller
     * must enqueue the peer. The home.
     */
    final boolean askForErasure() {
        return (int) TASKS.getAndSet(this, CLEAR) == 0;
    }

    /** Takes what was asked for: bits. A handshake thread, under the monitor of the handshake. */
    final int takeTasks() {
        return (int) TASKS.getAndSet(this, 0);
    }

    /** Whether the home has asked for something that no thread has taken. Any thread. */
    final boolean hasTasks() {
        return (int) TASKS.getAcquire(this) != 0;
    }

    /** Has the home run an action, after those given before. Any thread. */
    final void giveResult(Runnable action) {
        Result seen;
        do {
            seen = (Result) RESULT.getAcquire(this);
        } while (!RESULT.compareAndSet(this, seen, new Result(action, seen)));
        want(RESULTS);
    }

    /** Runs the actions of handshake threads, in their order. The home. */
    final void runResults() {
        Result oldest = null;
        for (Result result = (Result) RESULT.getAndSet(this, null); result != null; result = result.next) {
            oldest = new Result(result.action, oldest);
        }
        for (; oldest != null; oldest = oldest.next) {
            oldest.action.run();
        }
    }
}
