// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Disables the tests of {@link OnHost} on hosts that lack something they need, and reports what is missing. */
final class HostCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> needed = new ArrayList<>(List.of("ip", "ping", "wg"));
        Arrays.stream(Program.values()).map(Program::command).forEach(needed::add);
        AnnotationSupport.findAnnotation(context.getElement(), OnHost.class)
                .ifPresent(onHost -> needed.addAll(List.of(onHost.value())));
        List<String> missing = new ArrayList<>();
        needed.stream().filter(program -> !isInstalled(program)).forEach(missing::add);
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            missing.add("/dev/net/tun");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root privileges");
        }
        return missing.isEmpty()
                ? ConditionEvaluationResult.enabled("nothing is missing")
                : ConditionEvaluationResult.disabled("missing: " + String.join(", ", missing));
    }

    private static boolean isInstalled(String program) {
        return program.startsWith("/")
                ? Files.isExecutable(Path.of(program))
                : Arrays.stream(System.getenv("PATH").split(":"))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
