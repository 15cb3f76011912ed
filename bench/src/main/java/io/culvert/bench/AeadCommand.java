package io.culvert.bench;

import io.culvert.bench.aead.AeadBench;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code culvert bench aead}: hands its arguments on, as they are. */
@Command(name = "aead", description = "Measures the cipher against JCE and OpenSSL.")
final class AeadCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = List.of();

    /** Made by the command line. */
    AeadCommand() {}

    @Override
    public Integer call() throws RunnerException, IOException {
        return AeadBench.execute(arguments.toArray(String[]::new));
    }
}
