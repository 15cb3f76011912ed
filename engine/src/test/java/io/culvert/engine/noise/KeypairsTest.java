// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeypairsTest {
    private final List<Integer> dropped = new ArrayList<>();
    private final Keypairs keypairs = new Keypairs(dropped::add);
    private final Map<Integer, Keypair<?>> all = new HashMap<>();

    private Keypair<?> keypair(int index, boolean initiator) {
        Keypair<?> keypair = new Keypair<>(this, index, 0, initiator, 0);
        all.put(index, keypair);
        return keypair;
    }

    private Keypair<?> initiated(int index) {
        Keypair<?> keypair = keypair(index, true);
        keypairs.addNew(keypair);
        return keypair;
    }

    private Keypair<?> responded(int index) {
        Keypair<?> keypair = keypair(index, false);
        keypairs.addNew(keypair);
        return keypair;
    }

    private void assertSlots(Integer previous, Integer current, Integer next) {
        assertThat(keypairs.previous()).isSameAs(all.get(previous));
        assertThat(keypairs.current()).isSameAs(all.get(current));
        assertThat(keypairs.next()).isSameAs(all.get(next));
        all.forEach((index, keypair) ->
                assertThat(keypair.references()).as("keypair %d", index).isEqualTo(dropped.contains(index) ? 0 : 1));
    }

    @Test
    void initiatorMovesCurrentToPrevious() {
        initiated(1);
        assertSlots(null, 1, null);
        initiated(2);
        assertSlots(1, 2, null);
        initiated(3);
        assertSlots(2, 3, null);
        assertThat(dropped).containsExactly(1);
    }

    @Test
    void initiatorMovesAWaitingNextToPrevious() {
        initiated(1);
        initiated(2);
        responded(3);
        assertSlots(null, 2, 3);
        assertThat(dropped).containsExactly(1);
        initiated(4);
        assertSlots(3, 4, null);
        assertThat(dropped).containsExactly(1, 2);
    }

    @Test
    void respondersKeypairIsNextUntilItsFirstMessage() {
        initiated(1);
        Keypair<?> waiting = responded(2);
        assertSlots(null, 1, 2);
        assertThat(keypairs.receivedWith(keypairs.current())).isFalse();
        assertThat(keypairs.receivedWith(waiting)).isTrue();
        assertSlots(1, 2, null);
        assertThat(keypairs.receivedWith(waiting)).isFalse();
        assertThat(dropped).isEmpty();
    }

    @Test
    void responderDropsNextAndPrevious() {
        initiated(1);
        initiated(2);
        responded(3);
        responded(4);
        assertSlots(null, 2, 4);
        assertThat(dropped).containsExactly(1, 3);
    }

    @Test
    void dropsPreviousWhenNextBecomesCurrent() {
        responded(1);
        keypairs.receivedWith(all.get(1));
        responded(2);
        keypairs.receivedWith(all.get(2));
        assertSlots(1, 2, null);
        responded(3);
        assertThat(dropped).containsExactly(1);
        keypairs.receivedWith(all.get(3));
        assertSlots(2, 3, null);
    }

    @Test
    void droppedNextNeverBecomesCurrent() {
        Keypair<?> lost = responded(1);
        lost.acquire();
        responded(2);
        assertThat(keypairs.receivedWith(lost)).isFalse();
        assertThat(keypairs.current()).isNull();
        lost.release();
    }

    @Test
    void clearDropsAllKeypairs() {
        initiated(1);
        initiated(2);
        keypairs.addNew(keypair(3, false));
        initiated(4);
        keypairs.clear();
        assertSlots(null, null, null);
        assertThat(dropped).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(keypairs.current()).isNull();
    }

    @Test
    void expireCurrentStopsSendingButNotReceiving() {
        Keypair<?> current = initiated(1);
        Keypair<?> next = responded(2);
        keypairs.expireCurrent();
        assertThat(current.maySend(0)).isFalse();
        assertThat(next.maySend(0)).isFalse();
        assertThat(current.mayReceive(0)).isTrue();
        assertThat(next.mayReceive(0)).isTrue();
        new Keypairs(dropped::add).expireCurrent();
    }

    @Test
    void acquiredKeypairOutlivesClear() {
        assertThat(keypairs.current()).isNull();
        Keypair<?> current = initiated(1);
        assertThat(keypairs.current()).isSameAs(current);
        assertThat(current.tryAcquire()).isTrue();
        assertThat(current.references()).isEqualTo(2);
        keypairs.clear();
        assertThat(current.references()).isEqualTo(1);
        current.release();
    }

    /** A keypair in a slot has one reference. A keypair in no slot has none and was dropped once. */
    @Test
    void everyKeypairIsReferencedInItsSlotAndDroppedOnce() {
        Laws.check(300, draw -> {
            List<Integer> steps = draw.list(0, 30, () -> draw.integer(-128, 127));

            List<Integer> gone = new ArrayList<>();
            Keypairs tested = new Keypairs(gone::add);
            List<Keypair<?>> made = new ArrayList<>();
            for (int step : steps) {
                if ((step & 3) == 0 && tested.next() != null) {
                    tested.receivedWith(tested.next());
                } else {
                    Keypair<?> keypair = new Keypair<>(this, made.size(), 0, (step & 1) == 0, 0);
                    made.add(keypair);
                    tested.addNew(keypair);
                    assertThat(keypair.isInitiator() ? tested.current() : tested.next())
                            .isSameAs(keypair);
                }
                for (Keypair<?> keypair : made) {
                    boolean held =
                            keypair == tested.previous() || keypair == tested.current() || keypair == tested.next();
                    assertThat(keypair.references()).isEqualTo(held ? 1 : 0);
                    assertThat(gone.stream().filter(index -> index == keypair.localIndex()))
                            .hasSize(held ? 0 : 1);
                }
            }
            tested.clear();
            assertThat(gone).hasSize(made.size());
        });
    }
}
