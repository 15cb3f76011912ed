// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Fills templates, which are resources of this package. Texts are escaped; plots are base64. */
final class Page {
    private static final Mustache.Compiler COMPILER = Mustache.compiler().withLoader(Page::open);

    private Page() {}

    /** Fills a template with a model's properties and writes the page. */
    static Path write(String template, Object model, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (Reader reader = open(template)) {
            return Files.writeString(file, COMPILER.compile(reader).execute(model));
        }
    }

    private static Reader open(String name) {
        InputStream stream = Objects.requireNonNull(Page.class.getResourceAsStream(name), name);
        return new InputStreamReader(stream, StandardCharsets.UTF_8);
    }
}
