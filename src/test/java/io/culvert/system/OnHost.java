package io.culvert.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests need root, {@code /dev/net/tun} and these programs of the host; where something is missing they are skipped,
 * and say what it was.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("system")
@ExtendWith(HostCondition.class)
@interface OnHost {
    /** Programs besides ip, ping, wg and the WireGuard programs themselves. */
    String[] value() default {};
}
