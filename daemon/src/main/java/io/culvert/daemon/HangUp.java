// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;

/**
 * Has SIGHUP run an action; by default it would end a JVM. The class for it is in {@code jdk.unsupported}, which every
 * JDK has, but javac warns of its use: so it is called by reflection.
 */
final class HangUp {
    private static final Logger LOG = System.getLogger(HangUp.class.getName());

    private HangUp() {}

    /** From now on the signal runs the action, on a thread of its own. */
    static void run(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(HangUp.class.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> {
                        action.run();
                        return null;
                    });
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.log(Level.WARNING, "SIGHUP ends this process: {0}", e.toString());
        }
    }
}
