// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the whole tree that neither the formatter nor the compiler checks. */
class TidyTest {
    private static final long MAX_FILE_BYTES = 256 * 1024;
    /** The limit of .editorconfig, checkstyle and the formatter. */
    private static final int MAX_LINE = 120;

    private static final int MAX_TABLE_CELL = 200;
    private static final long MAX_TREE_BYTES = 8_000_000;
    private static final String LICENCE = "SPDX-License-Identifier: Apache-2.0";
    private static final Pattern SOURCE =
            Pattern.compile(".*\\.(java|sh|py|c|h|css)|.*/bin/(check|culvert)|.*/\\.ci/run");
    /**
     * Private words that the project replaced with the field's terms, as regular expressions. Each is split by a tilde,
     * so that this file does not find itself.
     */
    private static final Pattern REPLACED_WORDS = Pattern.compile(String.join(
                    "|",
                    "(?i:re~hears)",
                    "(?i:\\bthie~(f|ves)\\b)",
                    "\\bthe he~art\\b",
                    "(?i:system's si~de)",
                    "(?i:\\bthe be~ll\\b)",
                    "(?i:hur~ried)|HUR~RY",
                    "(?i:\\bsome~body\\b)",
                    "Tun~Arrivals|Arrival~Queue|Datagram~Pacing|Hand~Off|Orderly~Stop|\\bGl~ance\\b|\\bWord~ing\\b",
                    "\\bTU~RN\\b|\\bis~Turn\\b|takes~(Tun|Udp)|nanos~Each|\\bwas~Up\\b",
                    "(?i:lone pa~cket)|Lone~Packet",
                    "why~Not|why~No[A-Z]|why_~not",
                    "(?i:\\bstran~gers?\\b)|(?i:mean cli~ents)",
                    "(?i:by tur~ns)|(?i:living pa~ir)",
                    "\\bpass~age\\b|\\bfl~oor\\b(?!\\()|(?i:cont~ender)",
                    "\\bPl~ant\\b|\\bCon~test\\b|\\bExpec~tation\\b|\\bAnnounce~ment\\b",
                    "(?i:of which no~ne)|(?i:as far as there i~s)|(?i:what there i~s)",
                    "(?i:\\bit te~lls\\b)|(?i:taken ap~art)",
                    "\\bjo~ins\\(|\\bte~ll\\(|\\bset~tle\\(|\\berr~and\\b")
            .replace("~", ""));

    /** Where the old names may stand: the glossary, the list of changes, and the classes that map deprecated names. */
    private static final Pattern MAY_NAME_OLD_WORDS = Pattern.compile(
            "ARCHITECTURE\\.md|CHANGELOG\\.md|docs/operations\\.md|docs/benchmarking\\.md|.*/Deprecated\\w+\\.java");
    // Split, so that this file does not find itself.
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX|HA" + "CK)\\b");
    private static final Pattern TEXT =
            Pattern.compile(".*\\.(java|md|xml|sh|py|c|h|yml|yaml|properties|config)|.*/bin/[a-z-]+|.*/run");

    private static List<String> offenders(Predicate<String> line) {
        return texts().stream()
                .flatMap(file -> Repository.text(file)
                        .lines()
                        .filter(line)
                        .map(text -> Repository.root().relativize(file) + ": " + text))
                .toList();
    }

    private static List<Path> texts() {
        return Repository.files().stream()
                .filter(file -> TEXT.matcher(file.toString()).matches())
                .filter(file -> !file.toString().contains("/generated/"))
                .toList();
    }

    @Test
    void nothingIsLeftUnfinished() {
        // checkstyle.xml names the words in order to forbid them
        assertThat(offenders(line -> UNFINISHED.matcher(line).find() && !line.contains("\"format\"")))
                .isEmpty();
    }

    @Test
    void linesAreClean() {
        assertThat(offenders(line -> line.endsWith(" ") || line.endsWith("\t") || line.endsWith("\r")))
                .as("white space at the end of a line")
                .isEmpty();
        assertThat(offenders(line -> line.length() > MAX_LINE && !line.contains("https://") && !line.startsWith("|")))
                .as("lines of more than %d characters", MAX_LINE)
                .isEmpty();
    }

    @Test
    void tableCellsAreShort() {
        assertThat(Repository.files(".md").stream()
                        .flatMap(file -> Repository.text(file).lines())
                        .filter(line -> line.startsWith("|"))
                        .flatMap(line -> Stream.of(line.split("(?<!\\\\)\\|")))
                        .filter(cell -> cell.strip().length() > MAX_TABLE_CELL))
                .isEmpty();
    }

    @Test
    void documentsAreShort() {
        assertThat(Repository.text(Repository.root().resolve("README.md")).lines())
                .hasSizeLessThanOrEqualTo(120);
        assertThat(Repository.text(Repository.root().resolve("ARCHITECTURE.md")).lines())
                .hasSizeLessThanOrEqualTo(150);
    }

    @Test
    void replacedWordsStayAway() {
        assertThat(texts().stream()
                        .filter(file -> !MAY_NAME_OLD_WORDS
                                .matcher(Repository.root().relativize(file).toString())
                                .matches())
                        .flatMap(file -> Repository.text(file)
                                .lines()
                                .filter(line -> REPLACED_WORDS.matcher(line).find())
                                .map(line -> Repository.root().relativize(file) + ": " + line.strip())))
                .isEmpty();
    }

    @Test
    void everySourceFileNamesItsLicence() {
        assertThat(Repository.files().stream()
                        .filter(file -> SOURCE.matcher(file.toString()).matches())
                        .filter(file -> !file.toString().contains("/generated/"))
                        .filter(file ->
                                Repository.text(file).lines().limit(2).noneMatch(line -> line.contains(LICENCE))))
                .isEmpty();
    }

    /** All files that a clone without its history has. */
    @Test
    void treeIsSmall() throws IOException {
        long bytes = 0;
        for (Path file : Repository.files()) {
            bytes += Files.size(file);
        }
        Path results = Repository.root().resolve("perf-results");
        try (Stream<Path> kept = Files.list(results)) {
            bytes += kept.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
        assertThat(bytes).isLessThan(MAX_TREE_BYTES);
    }

    @Test
    void textsEndWithANewline() {
        assertThat(texts().stream().filter(file -> {
                    String text = Repository.text(file);
                    return !text.isEmpty() && !text.endsWith("\n");
                }))
                .isEmpty();
    }

    @Test
    void filesAreSmall() throws IOException {
        for (Path file : Repository.files()) {
            assertThat(Files.size(file)).as("size of %s", file).isLessThan(MAX_FILE_BYTES);
        }
    }

    @Test
    void programsAreExecutable() {
        assertThat(Repository.files().stream()
                        .filter(file ->
                                file.getParent().equals(Repository.root().resolve("bin")))
                        .filter(file -> !file.getFileName().toString().contains("."))
                        .filter(file -> Repository.text(file).startsWith("#!"))
                        .filter(file -> !Files.isExecutable(file)))
                .isEmpty();
    }

    /** Each row of SPECIFICATION.md names, in its last column, tests that exist. */
    @Test
    void everyPromiseNamesItsTest() {
        Map<String, String> sources = Repository.files(".java").stream()
                .collect(Collectors.toMap(
                        file -> file.getFileName().toString().replace(".java", ""), Repository::text, String::concat));
        Pattern reference = Pattern.compile("`([A-Z]\\w+)(?:#(\\w+))?`");
        List<String> rows = Repository.text(Repository.root().resolve("SPECIFICATION.md"))
                .lines()
                .filter(line -> line.startsWith("|") && !line.startsWith("| Promise") && !line.startsWith("|--"))
                .toList();
        assertThat(rows).isNotEmpty();
        for (String row : rows) {
            String shownBy = row.substring(row.lastIndexOf('|', row.length() - 2));
            Matcher names = reference.matcher(shownBy);
            assertThat(names.find()).as("names a test: %s", row).isTrue();
            do {
                String source = sources.get(names.group(1));
                assertThat(source).as("%s, named in: %s", names.group(1), row).isNotNull();
                if (names.group(2) != null) {
                    assertThat(source)
                            .as("%s, named in: %s", names.group(), row)
                            .containsPattern("[\\w>] " + names.group(2) + "\\(");
                }
            } while (names.find());
        }
    }
}
