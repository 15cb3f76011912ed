// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * The module of the Vector API, {@value #NAME}: an incubator module, which a JVM has only if it is asked for. On the
 * module path the descriptor of this module asks; on the class path an option does, or it is loaded here.
 *
 * <p>A JVM that has it from the start does not use archived classes that are already linked (JDK 25), which costs a
 * daemon half a second of each start. So the launcher lets it be loaded into the running JVM.
 */
final class VectorModule {
    static final String NAME = "jdk.incubator.vector";

    /** The JDK loads its own modules late by this class, such as that of a management agent. */
    private static final String LOADER = "jdk.internal.module.Modules";

    private static final Optional<String> UNAVAILABLE = load();

    private VectorModule() {}

    /** Why the Vector API cannot be used; empty if it can. */
    static Optional<String> unavailableReason() {
        return UNAVAILABLE;
    }

    private static Optional<String> load() {
        if (ModuleLayer.boot().findModule(NAME).isPresent()) {
            return Optional.empty();
        }
        try {
            Class.forName(LOADER).getMethod("loadModule", String.class).invoke(null, NAME);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of("the Java runtime has no module " + NAME);
        } catch (ReflectiveOperationException e) {
            // java.base exports the package to nobody unless an option says so.
            return Optional.of("the JVM was started without the Vector API: add --add-modules " + NAME);
        }
    }
}
