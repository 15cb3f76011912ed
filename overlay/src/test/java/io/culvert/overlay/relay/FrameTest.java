// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bodies of a relay's answers. */
class FrameTest {
    private static final long SEED = 20;
    private static final int ROUNDS = 20_000;

    private static Entry entry(String key, int bytes, long revision) {
        byte[] value = new byte[bytes];
        Arrays.fill(value, (byte) revision);
        return new Entry(key, value, revision - 1, revision);
    }

    @Test
    void pageComesBackAsItWas() throws IOException {
        Page page = new Page(List.of(entry("/a", 0, 7), entry("/b", Frame.MAX_VALUE, 9)), true, 1L << 40);
        Page read = Frame.page(Frame.of(page));
        assertThat(Frame.of(read)).isEqualTo(Frame.of(page));
        assertThat(read.entries()).extracting(Entry::key).containsExactly("/a", "/b");
        assertThat(read.entries().getLast().value())
                .isEqualTo(page.entries().getLast().value());
        assertThat(read.more()).isTrue();
        assertThat(read.revision()).isEqualTo(1L << 40);
    }

    @Test
    void batchComesBackAsItWas() throws IOException {
        Batch batch = new Batch(12, List.of(new Event.Put(entry("/a", 3, 11)), new Event.Delete("/b", 12)));
        Batch read = Frame.batch(Frame.of(batch));
        assertThat(Frame.of(read)).isEqualTo(Frame.of(batch));
        assertThat(read.events()).extracting(Event::key).containsExactly("/a", "/b");
        assertThat(read.events()).extracting(Event::revision).containsExactly(11L, 12L);
    }

    @Test
    void anAnswerOfTheOtherKindIsRefused() {
        byte[] batch = Frame.of(new Batch(1, List.of()));
        assertThatThrownBy(() -> Frame.page(batch)).isInstanceOf(IOException.class);
    }

    /** A relay need not be trusted: whatever it sends is a frame or an IOException. */
    @Test
    void damagedAnswersAreRefusedOrRead() {
        Random random = new Random(SEED);
        byte[] whole = Frame.of(new Batch(12, List.of(new Event.Put(entry("/a", 40, 11)), new Event.Delete("/b", 12))));
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 5));
            for (int changes = random.nextInt(4); changes > 0 && damaged.length > 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Frame.batch(damaged);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(ROUNDS / 2);
    }
}
