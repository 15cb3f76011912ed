// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** What a worker does at the moment, in the order of a duty cycle. */
public enum Stage {
    /** Receives datagrams, finds their sessions, and fills trains. */
    RECEIVE,
    /** Reads the TUN, finds the peers, and segments packets into trains. */
    TUN_READ,
    /** Does what other threads asked for, and runs timers. */
    REQUESTS,
    /** Seals and opens trains. */
    CIPHER,
    /** Commits trains: replay window, source check, coalescing, queueing of sends and writes. */
    COMMIT,
    /** Hands sends and writes to the kernel, and frees trains. */
    FLUSH,
    /** Sleeps, falls asleep, or wakes up. */
    PARK
}
