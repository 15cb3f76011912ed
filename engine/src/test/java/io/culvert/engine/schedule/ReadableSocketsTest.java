// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadableSocketsTest {
    private final ReadableSockets sockets = new ReadableSockets(4);

    private int serve(boolean emptied) {
        int socket = sockets.next();
        sockets.served(socket, emptied);
        return socket;
    }

    @Test
    void noneIsReadableAtFirst() {
        assertThat(sockets.any()).isFalse();
        assertThat(sockets.all()).isFalse();
        assertThat(new ReadableSockets(0).any()).isFalse();
    }

    @Test
    void readableUntilEmptied() {
        sockets.add(2);
        sockets.add(2);
        assertThat(sockets.isReadable(2)).isTrue();
        assertThat(serve(false)).isEqualTo(2);
        assertThat(sockets.any()).isTrue();
        assertThat(serve(true)).isEqualTo(2);
        assertThat(sockets.any()).isFalse();
        assertThat(sockets.isReadable(2)).isFalse();
    }

    @Test
    void allReadableOnesTakeTurns() {
        for (int i = 0; i < 4; i++) {
            sockets.add(i);
        }
        assertThat(sockets.all()).isTrue();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            order.add(serve(false));
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
    }

    @Test
    void socketThatBecomesReadablePassesThoseThatAreReadableForLonger() {
        sockets.add(0);
        sockets.add(1);
        serve(false);
        serve(false);
        sockets.add(3);
        assertThat(serve(true)).isEqualTo(3);
        assertThat(serve(false)).isEqualTo(0);
    }

    @Test
    void emptiedSocketIsNotNewAgainBeforeTheOthersHadATurn() {
        sockets.add(0);
        sockets.add(1);
        serve(false);
        serve(false);
        sockets.add(2);
        assertThat(serve(true)).isEqualTo(2);
        sockets.add(2);
        assertThat(serve(false)).isEqualTo(0);
        assertThat(serve(false)).isEqualTo(1);
        assertThat(serve(true)).isEqualTo(2);
    }

    @Test
    void readableSocketWaitsForAtMostTwoTurnsOfEachOther() {
        int count = 7;
        ReadableSockets many = new ReadableSockets(count);
        Random random = new Random(1);
        int[] waited = new int[count];
        for (int step = 0; step < 100_000; step++) {
            if (random.nextInt(3) > 0) {
                many.add(random.nextInt(count));
            }
            if (many.any()) {
                int served = many.next();
                assertThat(many.isReadable(served)).isTrue();
                many.served(served, random.nextBoolean());
                for (int i = 0; i < count; i++) {
                    waited[i] = i == served || !many.isReadable(i) ? 0 : waited[i] + 1;
                    assertThat(waited[i]).isLessThan(2 * count);
                }
            }
        }
    }
}
