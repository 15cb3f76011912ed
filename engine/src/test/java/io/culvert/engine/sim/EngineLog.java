// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

/**
 * Switches the engine's log off and on: thousands of simulations have nothing to log. By reflection, because the
 * engine's module, in which its tests are, does not read {@code java.logging}.
 */
final class EngineLog {
    private static final String LOGGING = "java.util.logging.";
    /** Held, because loggers that nobody refers to are collected with their levels. */
    private static Object logger;

    private EngineLog() {}

    /** Logs nothing from now on. */
    static void switchOff() throws ReflectiveOperationException {
        setLevel("OFF");
    }

    /** Logs again. */
    static void switchOn() throws ReflectiveOperationException {
        setLevel("INFO");
    }

    private static void setLevel(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName(LOGGING + "Logger");
        Class<?> level = Class.forName(LOGGING + "Level");
        if (logger == null) {
            logger = type.getMethod("getLogger", String.class).invoke(null, "io.culvert.engine");
        }
        type.getMethod("setLevel", level).invoke(logger, level.getField(name).get(null));
    }
}
