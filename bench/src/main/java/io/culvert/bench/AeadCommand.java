// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench;

import io.culvert.bench.aead.AeadBench;
import io.culvert.daemon.testbed.ShutdownGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code culvert bench aead}: passes its arguments on unchanged. */
@Command(name = "aead", description = "Measures the cipher against JCE, OpenSSL and intel-ipsec-mb.")
final class AeadCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    /** For picocli. */
    AeadCommand() {}

    @Override
    public Integer call() throws Exception {
        return ShutdownGuard.run(() -> AeadBench.execute(arguments.toArray(String[]::new)));
    }
}
