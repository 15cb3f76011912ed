package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_CQE_F_MORE;

/** Takes completions, on the ring's thread. */
@FunctionalInterface
public interface CompletionHandler {
    /**
     * Something that was submitted has a result. It may prepare and submit more, but not reap.
     *
     * @param userData as it was given to the {@code prep} method
     * @param result what the system call would have returned, or the negative error number
     * @param flags {@code IORING_CQE_F_...}; see {@link #hasMore}
     */
    void onCompletion(long userData, int result, int flags);

    /** Whether a multishot operation stays armed; if not, this is its last completion. */
    static boolean hasMore(int flags) {
        return (flags & IORING_CQE_F_MORE) != 0;
    }
}
