// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.util.List;

/** A step that a command of {@code ip} does and another one undoes. Many of them are done by one run of it. */
sealed interface IpStep extends Step permits AddressStep, RouteStep, RuleStep {
    /** The arguments that do it. */
    List<String> add(String device);

    /** The arguments that undo it. */
    List<String> remove(String device);

    /** Whether it has been done, by what {@code ip} lists. */
    boolean isDone(String device) throws InterruptedException;

    @Override
    default String key() {
        return text();
    }

    @Override
    default void apply(String device) throws IOException, InterruptedException {
        IpBatch.run(List.of(add(device)));
    }

    @Override
    default void undo(String device) throws IOException, InterruptedException {
        if (isDone(device)) {
            IpBatch.run(List.of(remove(device)));
        }
    }

    /** The option of {@code ip} for a family. */
    static String family(boolean ipv6) {
        return ipv6 ? "-6" : "-4";
    }
}
