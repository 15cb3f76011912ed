// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Parses the list of CPUs that the workers are pinned to (CULVERT_AFFINITY). */
final class Affinity {
    static final String VARIABLE = "CULVERT_AFFINITY";

    private static final int MAX_CPU = 65_535;

    private Affinity() {}

    /**
     * Parses a list such as {@code 2,4-7}: the CPU of the first worker, of the second and so on.
     *
     * @throws StartException if the list is malformed or names a CPU twice, or the process cannot run on one of them
     */
    static List<Integer> of(String text) throws StartException {
        List<Integer> cpus = new ArrayList<>();
        for (String range : text.split(",", -1)) {
            String[] ends = range.split("-", -1);
            long first = AddressText.decimal(ends[0], MAX_CPU);
            long last = AddressText.decimal(ends[ends.length - 1], MAX_CPU);
            if (ends.length > 2 || first < 0 || last < first) {
                throw StartException.invalid(
                        VARIABLE, text, "expected a list of CPU numbers and ranges, such as 2,4-7");
            }
            for (int cpu = (int) first; cpu <= last; cpu++) {
                if (cpus.contains(cpu)) {
                    throw StartException.invalid(VARIABLE, text, "CPU " + cpu + " stands twice");
                }
                cpus.add(cpu);
            }
        }
        for (int cpu : cpus) {
            check(cpu, text);
        }
        return cpus;
    }

    /** Pins a thread to the CPU; a new thread, since a thread's affinity remains and is inherited. */
    private static void check(int cpu, String text) throws StartException {
        CompletableFuture<Void> result = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                Linux.schedSetaffinity(cpu);
                result.complete(null);
            } catch (ErrnoException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            result.join();
        } catch (CompletionException e) {
            String problem = "CPU " + cpu + " does not exist, is offline or is not allowed for this process: ";
            throw StartException.invalid(VARIABLE, text, problem + e.getCause().getMessage(), e);
        }
    }
}
