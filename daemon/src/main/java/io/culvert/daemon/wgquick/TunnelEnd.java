// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.TunnelState.Progress;
import io.culvert.daemon.wgquick.config.Hook;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Undoes what {@code up} did, as far as it came. */
final class TunnelEnd {
    private TunnelEnd() {}

    /**
     * Undoes all of it, in reverse order. What cannot be undone is said, and the rest is undone all the same.
     *
     * @param save whether the state of the interface goes into the file, if the file says so
     * @return {@code false} if something could not be undone
     */
    static boolean run(TunnelState state, boolean save) throws IOException, InterruptedException {
        String device = state.device();
        boolean fine = true;
        if (state.progress() == Progress.POST_UP) {
            fine = Hooks.tryToRun(state.self(), Hook.PRE_DOWN, device);
        }
        if (save && state.self().saveConfig()) {
            fine &= save(state);
        }
        List<Step> lasting =
                state.steps().stream().filter(Step::outlivesInterface).toList();
        fine &= Steps.undo(lasting, device);
        fine &= deleteInterface(device);
        if (state.progress() != Progress.NONE) {
            fine &= Hooks.tryToRun(state.self(), Hook.POST_DOWN, device);
        }
        state.delete();
        return fine;
    }

    private static boolean save(TunnelState state) throws InterruptedException {
        try {
            SavedConfig.write(state);
            return true;
        } catch (IOException e) {
            Programs.warn("SaveConfig: " + state.file() + " stays as it is: " + e.getMessage());
            return false;
        }
    }

    /** Deletes the interface, upon which the daemon ends, and waits for that. */
    private static boolean deleteInterface(String device) throws IOException, InterruptedException {
        if (Programs.hasInterface(device)) {
            try {
                Programs.change("", List.of("ip", "link", "delete", "dev", device));
            } catch (IOException e) {
                Programs.warn(e.getMessage());
            }
        } else if (DaemonStart.isServing(device)) {
            // The interface was moved to another network namespace; without its socket the daemon ends, too.
            Files.deleteIfExists(DaemonStart.socket(device));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Timeouts.END_SECONDS);
        while (Programs.hasInterface(device) || DaemonStart.isServing(device)) {
            if (System.nanoTime() > end) {
                Programs.warn("the daemon of " + device + " has not ended");
                return false;
            }
            Thread.sleep(Timeouts.POLL_MILLIS);
        }
        // A daemon that was killed leaves it.
        Files.deleteIfExists(DaemonStart.socket(device));
        return true;
    }
}
