// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.record.Name;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Names on the command line. */
final class Names {
    private Names() {}

    /** The node's name, if it is one. */
    static String node(CommandSpec spec, String node) {
        if (!Name.isName(node)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the name of a node is 1 to 63 lower-case letters, digits and inner hyphens: " + node);
        }
        return node;
    }
}
