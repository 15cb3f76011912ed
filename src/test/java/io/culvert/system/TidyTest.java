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
import org.junit.jupiter.api.Test;

/** What neither the formatter nor the compiler sees: the state of the tree as a whole. */
class TidyTest {
    private static final long MAX_FILE_BYTES = 256 * 1024;
    private static final int MAX_LINE = 160;
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
