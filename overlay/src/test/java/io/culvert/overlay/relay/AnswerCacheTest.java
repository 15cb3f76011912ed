// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerCacheTest {
    private final AnswerCache cache = new AnswerCache(3 * AnswerCache.KEY_BYTES);
    private int encoded;

    private byte[] ask(String key, int length) {
        return cache.get(key, () -> {
            encoded++;
            return new byte[length];
        });
    }

    @Test
    void whatManyAskForIsEncodedOnce() {
        byte[] first = ask("a", 10);
        assertThat(ask("a", 10)).isSameAs(first);
        assertThat(encoded).isOne();
    }

    @Test
    void whatWasNotAskedForLongestMakesRoom() {
        ask("a", 500);
        ask("b", 500);
        ask("a", 500);
        ask("c", 500);
        assertThat(encoded).isEqualTo(3);
        ask("a", 500);
        ask("c", 500);
        assertThat(encoded).isEqualTo(3);
        ask("b", 500);
        assertThat(encoded).isEqualTo(4);
    }

    @Test
    void anAnswerLargerThanAllIsKeptAlone() {
        ask("a", 10);
        ask("large", 10_000);
        ask("large", 10_000);
        assertThat(encoded).isEqualTo(2);
        ask("a", 10);
        assertThat(encoded).isEqualTo(3);
        ask("large", 10_000);
        assertThat(encoded).isEqualTo(4);
    }
}
