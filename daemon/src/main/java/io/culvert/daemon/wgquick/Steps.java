// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Does several steps. */
final class Steps {
    private Steps() {}

    /** Does steps in order, up to the first that fails; those of {@code ip} that follow each other by one run of it. */
    static void apply(List<Step> steps, String device) throws IOException, InterruptedException {
        List<List<String>> batch = new ArrayList<>();
        for (Step step : steps) {
            List<String> command = step instanceof IpStep ip ? ip.add(device) : null;
            if (!batch.isEmpty()
                    && (command == null
                            || !command.getFirst().equals(batch.getFirst().getFirst()))) {
                IpBatch.run(batch);
                batch.clear();
            }
            if (command == null) {
                step.apply(device);
            } else {
                batch.add(command);
            }
        }
        IpBatch.run(batch);
    }

    /** Undoes steps in reverse order, all of them, and warns of those that fail; {@code false} if one did. */
    static boolean undo(List<Step> steps, String device) throws InterruptedException {
        boolean fine = true;
        for (Step step : steps.reversed()) {
            try {
                step.undo(device);
            } catch (IOException e) {
                Programs.warn(e.getMessage());
                fine = false;
            }
        }
        return fine;
    }
}
