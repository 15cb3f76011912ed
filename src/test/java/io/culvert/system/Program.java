// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

/** A WireGuard program: {@code command [-f] IFNAME}, driven by {@code wg} through the UAPI socket. */
enum Program {
    /** The program under test: system property {@code culvert.program}, by default this tree's {@code bin/culvert}. */
    CULVERT("culvert.program", Repository.root().resolve("bin/culvert").toString()),
    /** The program at the other end: system property {@code culvert.peer}, by default {@code wireguard-go}. */
    WIREGUARD_GO("culvert.peer", "wireguard-go");

    private final String command;

    Program(String property, String standard) {
        command = System.getProperty(property, standard);
    }

    String command() {
        return command;
    }

    /**
     * Whether this is Culvert and not another program given by the property, with which the tests themselves are
     * tested.
     */
    boolean isCulvert() {
        return this == CULVERT && command.endsWith("culvert");
    }

    @Override
    public String toString() {
        return name().toLowerCase().replace('_', '-');
    }
}
