// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The command line of the AEAD benchmark.
 *
 * @param shapes see {@link TrainShape}
 * @param implementations see {@link Implementations}
 * @param oneProcess whether all implementations take turns in one JVM
 * @param starts the number of new JVMs to measure from their start; 0 to measure trains
 * @param passes the number of passes
 * @param millis the duration of an iteration of JMH
 * @param directory of the JSON results
 * @param pages directory of the page and the plots
 * @param jvmArguments for all forks
 * @param commandLine the command
 */
record Arguments(
        List<String> shapes,
        List<String> implementations,
        boolean oneProcess,
        int starts,
        int passes,
        int millis,
        String directory,
        String pages,
        List<String> jvmArguments,
        String commandLine) {
    static final String USAGE = """
            usage: aead [--quick] [--shapes LIST] [--implementations LIST] [--passes N] [--millis N]
                        [--jvm ARG]... [--out DIR] [--pages DIR]
                   aead --one-process [--quick] [--shapes LIST] [--implementations LIST] [--passes N]
                        [--jvm ARG]... [--out DIR] [--pages DIR]
                   aead --starts N [--jvm ARG]... [--out DIR] [--pages DIR]
              A LIST is separated by commas. Shapes are, for example, 46x1420 (packets x bytes), tso, imix;
              implementations are vector-512, vector-256, openssl, jce, jce-direct, evp, ipsec-mb,
              and serving, the one that Culvert selects.
              With --one-process all implementations take turns in one JVM.
              For one core: taskset -c 1 bin/culvert bench aead""";

    private static final List<String> ALL_SHAPES = List.of(
            "46x64", "46x100", "46x128", "46x200", "46x256", "46x512", "46x1024", "46x1420", "4x16384", "tso", "imix",
            "1x64", "1x128", "1x256", "1x512", "1x1420");
    private static final List<String> QUICK_SHAPES = List.of("46x1420", "46x100", "imix", "1x64", "1x1420");

    private static final List<String> ALL_IMPLEMENTATIONS = List.of(
            "vector-512",
            "vector-256",
            "openssl",
            "jce",
            Implementations.JCE_DIRECT,
            Implementations.EVP,
            Implementations.IPSEC_MB);
    /** One width of kernels only, as in the daemon: a second would spoil the profile of the code that calls them. */
    private static final List<String> TURN_TAKERS =
            List.of(Implementations.SERVING, Implementations.JCE_DIRECT, Implementations.EVP, Implementations.IPSEC_MB);

    private static final int MILLIS = 300;

    static Arguments parse(String[] args) {
        boolean quick = false;
        List<String> shapes = null;
        List<String> implementations = null;
        boolean oneProcess = false;
        int starts = 0;
        int passes = 0;
        int millis = 0;
        String directory = Run.DIRECTORY;
        String pages = Reports.DIRECTORY;
        List<String> jvm = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--shapes" -> shapes = known(list(value(args, ++i)), "shape", Arguments::isShape);
                case "--implementations" ->
                    implementations = known(list(value(args, ++i)), "implementation", Arguments::isImplementation);
                case "--one-process" -> oneProcess = true;
                case "--starts" -> starts = number(value(args, ++i));
                case "--passes" -> passes = number(value(args, ++i));
                case "--millis" -> millis = number(value(args, ++i));
                case "--jvm" -> jvm.add(value(args, ++i));
                case "--out" -> directory = value(args, ++i);
                case "--pages" -> pages = value(args, ++i);
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (oneProcess && millis > 0) {
            throw new IllegalArgumentException("--one-process does not allow --millis: its turns have a fixed length");
        }
        if (starts > 0
                && (oneProcess || quick || shapes != null || implementations != null || passes > 0 || millis > 0)) {
            throw new IllegalArgumentException("--starts allows no other options than --jvm, --out and --pages");
        }
        List<String> usualImplementations = oneProcess ? TURN_TAKERS : ALL_IMPLEMENTATIONS;
        List<String> usualShapes = quick ? QUICK_SHAPES : ALL_SHAPES;
        String commandLine = "bench aead " + String.join(" ", args);
        return new Arguments(
                shapes == null ? usualShapes : shapes,
                implementations == null ? usualImplementations : implementations,
                oneProcess,
                starts,
                passes > 0 ? passes : quick ? 1 : 3,
                millis > 0 ? millis : MILLIS,
                directory,
                pages,
                List.copyOf(jvm),
                commandLine.strip());
    }

    private static List<String> known(List<String> words, String kind, Predicate<String> isKnown) {
        for (String word : words) {
            if (!isKnown.test(word)) {
                throw new IllegalArgumentException("unknown " + kind + " \"" + word + "\"");
            }
        }
        return words;
    }

    private static boolean isShape(String word) {
        return word.equals("tso") || word.equals("imix") || word.matches("[1-9]\\d?x[1-9]\\d{0,4}");
    }

    private static boolean isImplementation(String word) {
        return ALL_IMPLEMENTATIONS.contains(word) || word.equals(Implementations.SERVING);
    }

    private static String value(String[] args, int index) {
        if (index == args.length) {
            throw new IllegalArgumentException(args[index - 1] + " needs a value");
        }
        return args[index];
    }

    private static List<String> list(String value) {
        return List.of(value.split(","));
    }

    private static int number(String value) {
        int number = Integer.parseInt(value);
        if (number < 1) {
            throw new IllegalArgumentException("expected a positive number, got " + value);
        }
        return number;
    }
}
