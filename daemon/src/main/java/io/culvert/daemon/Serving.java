// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.unix.ServiceManager;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The ways of the program to serve: as the process of one interface, or as the service. What keeps it from its start is
 * said in words.
 */
final class Serving {
    /** The service's command. */
    static final String SERVICE = "service";

    /** All commands of {@link Main}. */
    static final Set<String> COMMANDS =
            Set.of("up", "down", "reload", "status", "top", "doctor", SERVICE, "soak", "demo");

    private static final Logger LOG = System.getLogger(Serving.class.getName());
    private static final Set<String> FOREGROUND = Set.of("-f", "--foreground");

    private Serving() {}

    /**
     * What to run for a command line that a daemon usually has: the name of an interface alone, or behind
     * {@code --foreground}, or the service. Empty for all others, which picocli is to read: that takes 0.2 s.
     */
    static Optional<IntSupplier> of(String[] arguments) {
        String word = arguments.length == 0 ? "-" : arguments[arguments.length - 1];
        if (word.isEmpty() || word.startsWith("-")) {
            return Optional.empty();
        }
        if (arguments.length == 2 && FOREGROUND.contains(arguments[0])) {
            return Optional.of(() -> carry(word));
        }
        if (arguments.length != 1) {
            return Optional.empty();
        }
        if (word.equals(SERVICE)) {
            return Optional.of(Serving::serve);
        }
        return COMMANDS.contains(word) || MisspeltCommand.meant(word, COMMANDS).isPresent()
                ? Optional.empty()
                : Optional.of(() -> carry(word));
    }

    /** Carries an interface until it ends, and returns the exit status. */
    static int carry(String name) {
        return guarded(name, manager -> {
            Map<String, String> environment = System.getenv();
            Settings settings = Settings.of(environment);
            return new Daemon(settings, DeviceSettings.of(name, environment), aeads(), manager).run();
        });
    }

    /** Serves as the process of all interfaces until it ends, and returns the exit status. */
    static int serve() {
        return guarded(SERVICE, manager -> new Service(System.getenv(), aeads(), manager).run());
    }

    /** A program that serves until it ends, with an exit status. */
    private interface Program {
        int run(ServiceManager manager) throws StartException;
    }

    /**
     * Runs a program that serves.
     *
     * @param name of its usual log file
     */
    private static int guarded(String name, Program program) {
        try {
            Settings settings = Settings.of(System.getenv());
            ServiceManager manager =
                    new ServiceManager(System.getenv(), ProcessHandle.current().pid());
            HangUp.run(() -> hangUp(manager));
            if (!settings.background()) {
                Loggers.setOutput(settings.log().output(settings.logFile(), false, name));
            }
            DeprecatedNames.warnings(System.getenv()).forEach(warning -> LOG.log(Level.WARNING, warning));
            return program.run(manager);
        } catch (StartException e) {
            System.err.println("culvert: error: " + e.getMessage());
            return 1;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "internal error", e);
            return 1;
        }
    }

    private static void hangUp(ServiceManager manager) {
        manager.reloading(Linux.clockNanos(linux_h.CLOCK_MONOTONIC));
        Loggers.output().reopen();
        LOG.log(Level.INFO, "received SIGHUP: the log file is opened again");
        manager.ready("serving");
    }

    private static Aeads aeads() throws StartException {
        return aeads(System.getProperty("culvert.aead", "auto"));
    }

    /**
     * The process's AEADs.
     *
     * @param choice a name of {@link AeadChoice}: the launcher passes CULVERT_AEAD on as a system property
     * @throws StartException when the name is unknown or the implementation cannot be used
     */
    static Aeads aeads(String choice) throws StartException {
        try {
            return new Aeads(AeadChoice.parse(choice));
        } catch (IllegalArgumentException e) {
            throw new StartException("CULVERT_AEAD: " + e.getMessage(), e);
        }
    }
}
