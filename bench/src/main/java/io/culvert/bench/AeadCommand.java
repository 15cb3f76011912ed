package io.culvert.bench;

import io.culvert.bench.aead.AeadBench;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code culvert bench aead}: hands its arguments on, as they are. */
@Command(name = "aead", description = "Measures the cipher against JCE and OpenSSL.")
final class AeadCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    /** Made by the command line. */
    AeadCommand() {}

    @Override
    public Integer call() throws Exception {
        return OrderlyStop.of(() -> AeadBench.execute(arguments.toArray(String[]::new)));
    }
}
