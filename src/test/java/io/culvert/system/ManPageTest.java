// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manual pages name the commands, options and variables that the program has, and no others. */
@OnHost
class ManPageTest {
    private static final Pattern HELP_OPTION =
            Pattern.compile("^ {2,6}(?:-\\w, +)?(--[a-z][a-z0-9-]*)", Pattern.MULTILINE);
    private static final Pattern PAGE_OPTION =
            Pattern.compile("^(?:\\*-\\w\\*, )?\\*(--[a-z][a-z-]*)", Pattern.MULTILINE);
    private static final Pattern PAGE_OPTIONS = Pattern.compile("^(?:\\*.*, )?\\*(--[a-z0-9-]+)\\*", Pattern.MULTILINE);
    private static final Pattern HELP_COMMAND = Pattern.compile("^  ([a-z]+) ", Pattern.MULTILINE);
    private static final Pattern HELP_VARIABLE = Pattern.compile("\\b((?:CULVERT|WG|LOG)_[A-Z_]+)\\b");
    private static final Pattern PAGE_VARIABLE = Pattern.compile("^\\*([A-Z_]+)\\*$", Pattern.MULTILINE);

    private static Path pages() {
        return Repository.root().resolve("packaging/man");
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String help(String... command) {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        return Command.of(Stream.of(Stream.of(Program.CULVERT.command()), Stream.of(command), Stream.of("--help"))
                        .flatMap(words -> words)
                        .toArray(String[]::new))
                .run()
                .expectSuccess()
                .output();
    }

    private static String section(String text, String from, String to) {
        int begin = text.indexOf(from);
        assertThat(begin).as(from).isNotNegative();
        int end = text.indexOf(to, begin + from.length());
        return text.substring(begin, end < 0 ? text.length() : end);
    }

    /** The names of the pages, such as {@code culvert-demo}. */
    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(pages())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".8.scd"))
                    .map(name -> name.replace(".8.scd", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void pageHasTheOptionsOfTheCommand(String name) {
        String page = Repository.text(pages().resolve(name + ".8.scd"));
        String[] command = name.equals("culvert") ? new String[0] : new String[] {name.replace("culvert-", "")};
        assertThat(found(PAGE_OPTION, section(page, "# OPTIONS", "\n# ")))
                .isNotEmpty()
                .isEqualTo(found(HELP_OPTION, help(command)));
    }

    /** The page of the overlay has a section for each of its commands. */
    @Test
    void overlayPageHasTheOptionsOfEachCommand() {
        Set<String> commands = found(HELP_COMMAND, section(help("overlay"), "Commands:", "\n\n"));
        assertThat(commands).contains("init", "relay");
        String page = Repository.text(pages().resolve("culvert-overlay.8.scd"));
        for (String command : commands) {
            String help = help("overlay", command);
            Set<String> options = found(HELP_OPTION, help);
            options.removeAll(Set.of("--help", "--version", "--directory"));
            String text = section(page, "\n## " + command + " ", "\n#");
            assertThat(found(PAGE_OPTIONS, text)).as(command).containsExactlyElementsOf(options);
        }
    }

    @Test
    void demoPageHasTheOptionsOfTheOverlaysDemo() {
        String page = Repository.text(pages().resolve("culvert-demo.8.scd"));
        Set<String> options = found(HELP_OPTION, help("demo", "overlay"));
        options.removeAll(Set.of("--help", "--version"));
        assertThat(found(PAGE_OPTION, section(page, "# OPTIONS OF THE OVERLAY'S DEMO", "\n# ")))
                .isNotEmpty()
                .isEqualTo(options);
    }

    @Test
    void everyCommandHasAPageAndIsNamed() throws IOException {
        Set<String> commands = found(HELP_COMMAND, section(help(), "Commands:", "\n\n"));
        assertThat(commands).contains("demo");
        String page = section(Repository.text(pages().resolve("culvert.8.scd")), "# COMMANDS", "\n# ");
        for (String command : commands) {
            assertThat(names()).contains("culvert-" + command);
            assertThat(page).contains("\n*" + command + "*\n", "*culvert-" + command + "*(8)");
        }
    }

    @Test
    void pageHasTheVariablesOfTheHelp() {
        String page = Repository.text(pages().resolve("culvert.8.scd"));
        assertThat(found(PAGE_VARIABLE, section(page, "# ENVIRONMENT", "\n# ")))
                .isNotEmpty()
                .isEqualTo(found(HELP_VARIABLE, section(help(), "Environment:", "\n\n")));
    }
}
