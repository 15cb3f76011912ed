// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_CQE_F_MORE;

/** Takes completions, on the ring's thread. */
@FunctionalInterface
public interface CompletionHandler {
    /**
     * Handles the result of a submitted operation. It may prepare and submit operations, but not reap.
     *
     * @param userData the value given to the {@code prep} method
     * @param result the return value of the equivalent system call, or the negative error number
     * @param flags {@code IORING_CQE_F_...}; see {@link #hasMore}
     */
    void onCompletion(long userData, int result, int flags);

    /** Whether a multishot operation stays armed; otherwise this is its last completion. */
    static boolean hasMore(int flags) {
        return (flags & IORING_CQE_F_MORE) != 0;
    }
}
