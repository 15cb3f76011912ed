package io.culvert.daemon;

import java.nio.charset.StandardCharsets;

/** What the kernel takes for the name of a network interface. */
final class InterfaceName {
    private static final int LONGEST = 15;

    private InterfaceName() {}

    /**
     * Checks a name.
     *
     * @throws StartException saying what is wrong with it
     */
    static void check(String name) throws StartException {
        String wrong = null;
        if (name.isEmpty()) {
            wrong = "is empty";
        } else if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            wrong = "is longer than " + LONGEST + " characters";
        } else if (name.equals(".") || name.equals("..")) {
            wrong = "is the name of a directory";
        } else if (!name.chars().allMatch(InterfaceName::isAllowed)) {
            // A percent sign would make the kernel put a number of its choice there.
            wrong = "has a character that is not allowed: a blank, a slash, a colon, a percent sign or one past ASCII";
        }
        if (wrong != null) {
            throw new StartException("interface name \"" + name + "\" " + wrong, null);
        }
    }

    private static boolean isAllowed(int c) {
        return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%';
    }
}
