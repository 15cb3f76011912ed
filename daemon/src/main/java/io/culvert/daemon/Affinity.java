package io.culvert.daemon;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Reads which processors the workers are to run on (CULVERT_AFFINITY). */
final class Affinity {
    private static final int LARGEST = 65_535;

    private Affinity() {}

    /**
     * Reads a list such as {@code 2,4-7}: the processor of the first worker, of the second and so on.
     *
     * @throws StartException when it is none, or names a processor that is offline or not for this process
     */
    static List<Integer> of(String text) throws StartException {
        List<Integer> processors = new ArrayList<>();
        for (String range : text.split(",", -1)) {
            String[] ends = range.split("-", -1);
            long first = AddressText.decimal(ends[0], LARGEST);
            long last = AddressText.decimal(ends[ends.length - 1], LARGEST);
            if (ends.length > 2 || first < 0 || last < first) {
                throw new StartException("CULVERT_AFFINITY is no list of processors such as 2,4-7: " + text, null);
            }
            for (long i = first; i <= last; i++) {
                processors.add((int) i);
            }
        }
        for (int processor : processors) {
            tryOut(processor);
        }
        return processors;
    }

    /** Goes there, on a thread of which nothing remains. */
    private static void tryOut(int processor) throws StartException {
        CompletableFuture<Void> there = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                Linux.schedSetaffinity(processor);
                there.complete(null);
            } catch (ErrnoException e) {
                there.completeExceptionally(e);
            }
        });
        try {
            there.join();
        } catch (CompletionException e) {
            String reason = "CULVERT_AFFINITY: processor " + processor + " is offline or not for this program: ";
            throw new StartException(reason + e.getCause().getMessage(), e);
        }
    }
}
