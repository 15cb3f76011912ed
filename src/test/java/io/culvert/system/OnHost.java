// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need root, {@code /dev/net/tun} and programs of the host. If one is missing, they are skipped with the
 * reason.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("system")
@ExtendWith(HostCondition.class)
@interface OnHost {
    /** Programs needed in addition to ip, ping, wg and the WireGuard programs themselves. */
    String[] value() default {};
}
