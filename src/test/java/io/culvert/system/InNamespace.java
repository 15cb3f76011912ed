// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test class whose every test has a namespace, and a name for an interface in it, of its own. */
abstract class InNamespace {
    final String device = Names.next();
    Namespace namespace;

    @BeforeEach
    void createNamespace() {
        namespace = Namespace.create();
    }

    @AfterEach
    void closeNamespace() {
        namespace.close();
    }
}
