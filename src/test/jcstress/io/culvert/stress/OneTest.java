// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import java.util.List;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/**
 * Runs one jcstress test for one iteration in this JVM, as jcstress's forked JVM does. jcstress itself starts some
 * thirty JVMs before each run, to find out what the JVM can do, which takes longer than the run of a test.
 */
final class OneTest {
    /** The forms of the last line of output. */
    static final String FORBIDDEN = "forbidden";

    static final String PASSED = "passed";

    private OneTest() {}

    /** Prints what was observed, and then {@link #FORBIDDEN} or {@link #PASSED}, or ends by an exception. */
    public static void main(String[] args) throws ReflectiveOperationException, java.io.IOException {
        Options options = new Options(
                new String[] {"-m", "quick", "-iters", "1", "-time", args[1], "-spinStyle", "THREAD_SPIN_WAIT"});
        if (!options.parse()) {
            throw new IllegalArgumentException("jcstress refuses the options");
        }
        TestInfo test = TestList.getInfo(args[0]);
        TestConfig config = new TestConfig(
                options,
                test,
                0,
                List.of(),
                CompileMode.UNIFIED,
                new SchedulingClass(AffinityMode.NONE, test.threads(), NodeType.PACKAGE));
        Runner<?> runner = (Runner<?>) Class.forName(test.generatedRunner())
                .getConstructor(ForkedTestConfig.class)
                .newInstance(new ForkedTestConfig(config));
        TestResult result = runner.run();
        result.setConfig(config);
        System.out.println(result.status() + " " + result.getMessages() + " " + result.getCounter());
        System.out.println(result.grading().failureMessages);
        switch (result.status()) {
            case NORMAL -> System.out.println(result.grading().isPassed ? PASSED : FORBIDDEN);
            default -> throw new IllegalStateException("jcstress: " + result.status());
        }
        // A reader that never sees the change runs for ever.
        System.exit(0);
    }
}
