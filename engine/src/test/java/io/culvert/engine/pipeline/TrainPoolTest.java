// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainPoolTest {
    private static final int TRAINS = 4;
    private static final int SLAB_BYTES = 4096;

    @Test
    void theTrainFreedLastIsTakenFirstAndNoOtherIsMadeWhileOneIsFree() {
        try (TrainPool pool = TrainPool.incoming(null, TRAINS)) {
            Train first = pool.take();
            Train second = pool.take();
            assertThat(second).isNotSameAs(first);
            pool.free(first);
            pool.free(second);
            assertThat(pool.take()).isSameAs(second);
            assertThat(pool.take()).isSameAs(first);
        }
    }

    @Test
    void noMoreTrainsAreTakenThanThePoolHas() {
        try (TrainPool pool = TrainPool.outgoing(null, TRAINS, SLAB_BYTES)) {
            List<Train> taken = new ArrayList<>();
            for (int i = 0; i < TRAINS; i++) {
                assertThat(pool.available()).isEqualTo(TRAINS - i);
                assertThat(pool.inUse()).isEqualTo(i);
                taken.add(pool.take());
            }
            assertThat(pool.take()).isNull();
            assertThat(pool.available()).isZero();
            assertThat(taken.stream().map(train -> train.slab)).doesNotHaveDuplicates();

            pool.giveBack(taken.get(2));
            assertThat(pool.take()).as("it is on its way back").isNull();
            pool.free(pool.reclaim());
            assertThat(pool.take()).isSameAs(taken.get(2));
        }
    }
}
