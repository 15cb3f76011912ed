package io.culvert.bench.aead;

import java.util.ArrayList;
import java.util.List;

/**
 * What the command line of the AEAD benchmark says.
 *
 * @param shapes see {@link TrainShape}
 * @param contenders see {@link Contenders}
 * @param starts how many fresh JVMs are to be watched from their start on; 0 when that is not what is to be measured
 * @param passes how often everything is measured
 * @param millis how long one iteration of JMH takes
 * @param directory where the results go
 * @param jvmArguments for all forks
 * @param commandLine the command as given
 */
record Arguments(
        List<String> shapes,
        List<String> contenders,
        int starts,
        int passes,
        int millis,
        String directory,
        List<String> jvmArguments,
        String commandLine) {
    static final String USAGE = """
            usage: aead [--quick] [--shapes LIST] [--contenders LIST] [--passes N] [--millis N] [--jvm ARG]... [--out DIR]
                   aead --starts N [--jvm ARG]... [--out DIR]
              LIST is separated by commas; shapes are such as 46x1420 (packets x bytes), tso, imix;
              contenders are vector-512, vector-256, openssl, jce, jce-direct, evp.
              For one core: taskset -c 1 bin/culvert bench aead""";

    private static final List<String> ALL_SHAPES = List.of(
            "46x64", "46x100", "46x128", "46x256", "46x512", "46x1024", "46x1420", "tso", "imix", "1x64", "1x128",
            "1x256", "1x512", "1x1420");
    private static final List<String> QUICK_SHAPES = List.of("46x1420", "46x100", "imix", "1x64", "1x1420");

    private static final List<String> ALL_CONTENDERS =
            List.of("vector-512", "vector-256", "openssl", "jce", "jce-direct", "evp");
    private static final int MILLIS = 300;

    static Arguments parse(String[] args) {
        boolean quick = false;
        List<String> shapes = null;
        List<String> contenders = null;
        int starts = 0;
        int passes = 0;
        int millis = 0;
        String directory = "perf-results";
        List<String> jvm = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--shapes" -> shapes = list(value(args, ++i));
                case "--contenders" -> contenders = list(value(args, ++i));
                case "--starts" -> starts = number(value(args, ++i));
                case "--passes" -> passes = number(value(args, ++i));
                case "--millis" -> millis = number(value(args, ++i));
                case "--jvm" -> jvm.add(value(args, ++i));
                case "--out" -> directory = value(args, ++i);
                default -> throw new IllegalArgumentException("unknown argument " + args[i]);
            }
        }
        if (starts > 0 && (quick || shapes != null || contenders != null || passes > 0 || millis > 0)) {
            throw new IllegalArgumentException("--starts goes with --jvm and --out only");
        }
        List<String> usualShapes = quick ? QUICK_SHAPES : ALL_SHAPES;
        String commandLine = "bench aead " + String.join(" ", args);
        return new Arguments(
                shapes == null ? usualShapes : shapes,
                contenders == null ? ALL_CONTENDERS : contenders,
                starts,
                passes > 0 ? passes : quick ? 1 : 3,
                millis > 0 ? millis : MILLIS,
                directory,
                List.copyOf(jvm),
                commandLine.strip());
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
            throw new IllegalArgumentException(value + " is not a positive number");
        }
        return number;
    }
}
