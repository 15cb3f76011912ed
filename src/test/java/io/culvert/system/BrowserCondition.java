// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests if {@link Browser} is not installed. */
final class BrowserCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> missing = List.of(Browser.CHROMIUM, Browser.DRIVER).stream()
                .filter(program -> !Files.isExecutable(Path.of(program)))
                .toList();
        return missing.isEmpty()
                ? ConditionEvaluationResult.enabled("a browser is installed")
                : ConditionEvaluationResult.disabled("not installed: " + String.join(", ", missing));
    }
}
