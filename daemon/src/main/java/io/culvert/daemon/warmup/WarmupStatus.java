// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

/**
 * How far the warm-up has come.
 *
 * @param state what it does, or how it ended
 * @param reason why it ended so; empty if there is nothing to say
 * @param kilobytes what its devices have carried
 */
public record WarmupStatus(State state, String reason, long kilobytes) {
    /** What the warm-up does, or how it ended. */
    public enum State {
        /** It was switched off. */
        OFF,
        /** It waits for the AEAD's kernels. */
        WAITING,
        /** It carries traffic. */
        RUNNING,
        /** The compilers have done most of their work. */
        DONE,
        /** It was stopped before that. */
        STOPPED,
        /** The system refused what it needs. */
        IMPOSSIBLE
    }

    /** Of a warm-up that was switched off. */
    public static final WarmupStatus NONE = new WarmupStatus(State.OFF, "", 0);
}
