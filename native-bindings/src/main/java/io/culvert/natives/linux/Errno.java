// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/** Names and descriptions of error numbers. For cold code; any thread. */
public final class Errno {
    private static final Map<Integer, String> NAMES = names();

    private Errno() {}

    /** The symbolic name, such as {@code EPERM}, or the number when it has no name. */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, Integer.toString(errno));
    }

    /** The C library's description, such as {@code Operation not permitted}. */
    public static String text(int errno) {
        // The C library owns the string, so it is not registered with Memory.
        return Memory.all().getString(linux_h.strerror(errno));
    }

    /** The generated class has one name for each number: aliases such as EWOULDBLOCK are left out. */
    private static Map<Integer, String> names() {
        Map<Integer, String> names = new HashMap<>();
        try {
            for (Field field : linux_h.class.getFields()) {
                if (field.getName().matches("E[A-Z0-9]+")) {
                    names.put(field.getInt(null), field.getName());
                }
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError("generated constants are public", e);
        }
        return names;
    }
}
