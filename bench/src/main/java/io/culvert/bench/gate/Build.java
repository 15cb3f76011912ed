// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.culvert.bench.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A build of Culvert, this one or that of another commit, whose {@link InMemory} runs in JVMs of its own.
 *
 * @param title for errors and lines of progress
 * @param modules the directory of its jars; empty for the jars or classes of this program
 * @param jvmArguments for each JVM
 */
record Build(String title, Optional<Path> modules, List<String> jvmArguments) implements BuildPair.Side {
    private static final List<String> SMALL_HEAP = List.of("-XX:+UseSerialGC", "-Xmx256m");

    /** This program. */
    static Build here(String... jvmArguments) {
        return new Build("this tree", Optional.empty(), List.of(jvmArguments));
    }

    /** This program, in which each operation of Culvert takes longer by {@code share}. */
    static Build slowedBy(double share) {
        return here("-D" + InjectedSlowdown.PROPERTY + "=aead=" + share + ",pipeline=" + share);
    }

    @Override
    public List<Ratio> measure(int rounds, int sliceMillis, int warmUpMillis) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(SMALL_HEAP);
        options.addAll(jvmArguments);
        try {
            String ratios = ChildJvm.run(
                    modules,
                    InMemory.class,
                    options,
                    InMemory.RESULT,
                    "" + rounds,
                    "" + sliceMillis,
                    "" + warmUpMillis);
            return new Gson().fromJson(ratios, new TypeToken<List<Ratio>>() {}.getType());
        } catch (IOException e) {
            throw new IOException(title + " cannot measure in memory: " + e.getMessage(), e);
        } catch (JsonParseException e) {
            throw new IOException(title + " reports its measurements in another form: " + e.getMessage(), e);
        }
    }
}
