// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Encoded answers that many clients ask for, such as the pages of a list when all agents start at once. Those that were
 * not asked for longest make room. Any thread may call.
 */
final class AnswerCache {
    /** What a key and its place take, about. */
    static final int KEY_BYTES = 1024;

    private final int mostBytes;
    private final Map<Object, byte[]> answers = new LinkedHashMap<>(16, 0.75f, true);
    private int bytes;

    /** Keeps so many bytes at most, {@link #KEY_BYTES} for each answer included, and the last answer in any case. */
    AnswerCache(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * The answer of a key, which says all that it depends on.
     *
     * @param encode makes it if it is not kept; others wait meanwhile, for they are likely to want the same
     */
    synchronized byte[] get(Object key, Supplier<byte[]> encode) {
        byte[] known = answers.get(key);
        if (known != null) {
            return known;
        }
        byte[] made = encode.get();
        answers.put(key, made);
        bytes += KEY_BYTES + made.length;
        var eldest = answers.entrySet().iterator();
        while (bytes > mostBytes && answers.size() > 1) {
            bytes -= KEY_BYTES + eldest.next().getValue().length;
            eldest.remove();
        }
        return made;
    }
}
