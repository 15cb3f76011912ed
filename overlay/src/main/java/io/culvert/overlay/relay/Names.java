// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import java.security.Principal;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Names in certificates. */
final class Names {
    private Names() {}

    /** The common name of a certificate's subject; the empty string if it has none. */
    static String commonName(Principal subject) {
        try {
            for (Rdn part : new LdapName(subject.getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
            return "";
        } catch (InvalidNameException e) {
            return "";
        }
    }
}
