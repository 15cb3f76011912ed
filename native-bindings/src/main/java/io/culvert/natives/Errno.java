package io.culvert.natives;

import io.culvert.natives.generated.linux_h;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/** Error numbers as people read them. Cold code only; any thread. */
public final class Errno {
    private static final Map<Integer, String> NAMES = names();

    private Errno() {}

    /** The symbolic name, such as {@code EPERM}; the number itself when it has none. */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, Integer.toString(errno));
    }

    /** The C library's words for it, such as {@code Operation not permitted}. */
    public static String text(int errno) {
        // The string is the C library's own, outside of what Memory knows.
        return Memory.all().getString(linux_h.strerror(errno));
    }

    /** The generated class lists each number once under the name that the kernel gives it first. */
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
