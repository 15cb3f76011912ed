// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.ring.Mailbox;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The wake-up protocol of {@link SleepFlag}: no task is overlooked by a worker that goes to sleep. */
final class SleepFlagStress {
    private SleepFlagStress() {}

    /** Either the worker sees the task before it sleeps, or the producer sees that it must wake the worker. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "true, true", "false, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, false", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class LostWakeUp {
        private final Mailbox<Integer> mailbox = new Mailbox<>(2);
        private final SleepFlag flag = new SleepFlag();

        /** Goes to sleep unless a task waits. */
        @Actor
        public void worker(ZZ_Result result) {
            flag.set();
            result.r1 = !mailbox.isEmpty();
        }

        /** Enqueues a task, and wakes the worker if it sleeps. */
        @Actor
        public void producer(ZZ_Result result) {
            mailbox.offer(1);
            result.r2 = flag.clearToWake();
        }
    }
}
