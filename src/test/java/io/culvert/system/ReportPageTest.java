// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.report.HtmlReport;
import io.culvert.bench.report.IndexPage;
import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Report pages in a browser: of runs with hostile texts, and of the newest recorded runs. */
@Tag("system")
@ExtendWith(BrowserCondition.class)
class ReportPageTest {
    /** The contrast of WCAG 2, level AA. */
    private static final double CONTRAST = 4.5;

    @TempDir
    private static Path directory;

    private static Browser browser;
    private static final Map<String, Path> PAGES = new LinkedHashMap<>();

    @BeforeAll
    static void makePages() throws IOException {
        List<Run> samples = SampleRuns.endToEnd();
        PAGES.put("sample", HtmlReport.write(samples.getFirst(), directory, samples));
        PAGES.put("index", IndexPage.write(samples, directory));
        List<Run> measured = new ArrayList<>(Reports.recorded(Repository.root().resolve("perf-results")));
        measured.sort(Comparator.comparing(Run::time));
        // The newest run of each kind replaces the older ones.
        for (Run run : measured) {
            PAGES.put(run.kind(), HtmlReport.write(run, directory.resolve("measured"), measured));
        }
        browser = new Browser(directory.resolve("profile"));
    }

    @AfterAll
    static void end() {
        browser.close();
    }

    @ParameterizedTest
    @CsvSource({"1280, false", "1280, true", "360, false", "360, true"})
    void rendersCleanlyAtEachWidthAndScheme(int width, boolean dark) {
        PAGES.forEach((name, page) -> {
            browser.show(page, width, dark);

            assertThat(browser.console()).as("%s: the console", name).isEmpty();
            assertThat(browser.requests())
                    .as("%s: requests", name)
                    .containsExactly(page.toUri().toString());
            assertThat(browser.title()).as("%s: title", name).startsWith("Culvert: ");
            assertThat(strings("document.querySelectorAll('script, [onerror], [onload], [onclick]')", "one.outerHTML"))
                    .as("%s: scripts", name)
                    .isEmpty();
            assertThat(strings(
                            "[...document.images].filter(one => !one.complete || one.naturalWidth === 0"
                                    + " || one.getBoundingClientRect().width < 200"
                                    + " || one.getBoundingClientRect().height < 50 || !one.alt"
                                    + " || one.currentSrc === one.src === " + dark + ")",
                            "one.alt + one.currentSrc.slice(0, 40)"))
                    .as("%s: plots that are missing, or not of this colour scheme", name)
                    .isEmpty();
            assertThat(number("document.documentElement.scrollWidth"))
                    .as("%s: width of the page", name)
                    .isLessThanOrEqualTo(number("document.documentElement.clientWidth"))
                    .isLessThanOrEqualTo(width);
            assertThat(contrasts(name))
                    .as("%s: texts with too little contrast", name)
                    .isEmpty();
            browser.screenshot(Repository.root()
                    .resolve("src/test/target/pages/%s-%d-%s.png".formatted(name, width, dark ? "dark" : "light")));
        });
    }

    @Test
    void showsHostileTextsLiterally() {
        browser.show(PAGES.get("sample"), 1280, false);

        assertThat(browser.evaluate("return document.body.textContent").toString())
                .contains(SampleRuns.HOSTILE)
                .contains("back to front")
                .doesNotContain("\u202e", "\u0007");
        assertThat(number("document.images.length")).isGreaterThan(10);
    }

    /** The texts whose contrast to the nearest opaque background is too low. */
    private static List<String> contrasts(String name) {
        List<String> texts = strings("""
                (() => {
                    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                    const luminance = color => {
                        const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
                            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                    };
                    const found = [];
                    while (walker.nextNode()) {
                        const text = walker.currentNode, element = text.parentElement;
                        if (!text.data.trim()) continue;
                        let behind = element;
                        const isClear = node => /, 0\\)$|transparent/.test(getComputedStyle(node).backgroundColor);
                        while (behind && isClear(behind)) behind = behind.parentElement;
                        const a = luminance(getComputedStyle(element).color);
                        const b = luminance(getComputedStyle(behind || document.documentElement).backgroundColor);
                        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                        found.push(contrast + ' ' + text.data.trim().slice(0, 40));
                    }
                    return found;
                })()""", "one");
        assertThat(texts).as("%s: texts", name).hasSizeGreaterThan(20);
        return texts.stream()
                .filter(text -> !(Double.parseDouble(text.split(" ")[0]) >= CONTRAST))
                .toList();
    }

    private static List<String> strings(String list, String each) {
        List<String> all = new ArrayList<>();
        ((List<?>) browser.evaluate("return [...(" + list + ")].map(one => " + each + ")"))
                .forEach(one -> all.add(one.toString()));
        return all;
    }

    private static int number(String expression) {
        return ((Number) browser.evaluate("return " + expression)).intValue();
    }
}
