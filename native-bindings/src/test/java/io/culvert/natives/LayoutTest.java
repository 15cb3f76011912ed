// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.laws.CrossCompiler;
import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every size, offset, width and constant of the generated classes equals the C compiler's, from the same headers. */
class LayoutTest {
    private static final String OFFSET = "$offset";

    @TempDir
    Path directory;

    /** C expression to its value in the generated classes. */
    private final Map<String, Long> claims = new LinkedHashMap<>();

    @BeforeEach
    void collectClaims() throws Exception {
        for (Class<?> type : generated()) {
            boolean struct =
                    Stream.of(type.getMethods()).anyMatch(m -> m.getName().equals("layout"));
            for (Field field : type.getFields()) {
                long value = ((Number) field.get(null)).longValue();
                if (struct) {
                    claimMember(type, field.getName().replace(OFFSET, ""), value);
                } else {
                    boolean is32 = field.getType() == int.class;
                    claims.put((is32 ? "(int) " : "(long) ") + field.getName(), value);
                }
            }
            if (struct) {
                claims.put("sizeof(struct " + type.getSimpleName() + ")", size(type));
                claims.put(
                        "_Alignof(struct " + type.getSimpleName() + ")",
                        layout(type).byteAlignment());
            }
        }
        assertThat(claims.size()).isGreaterThan(600);
    }

    private void claimMember(Class<?> type, String name, long offset) throws ReflectiveOperationException {
        String member = name.replace('$', '.');
        claims.put("offsetof(struct %s, %s)".formatted(type.getSimpleName(), member), offset);
        Method getter = type.getMethod(name, long.class);
        boolean settable =
                Stream.of(type.getMethods()).anyMatch(m -> m.getName().equals(name) && m.getParameterCount() == 2);
        if (settable) {
            String width = "sizeof(((struct %s *) 0)->%s)".formatted(type.getSimpleName(), member);
            claims.put(width, (long) WIDTHS.get(getter.getReturnType()));
        }
    }

    private static final Map<Class<?>, Integer> WIDTHS =
            Map.of(byte.class, 1, short.class, 2, int.class, 4, long.class, 8);

    @Test
    void agreesWithTheCompiler() throws Exception {
        Path generator = Path.of("generator").toAbsolutePath();
        StringBuilder program = new StringBuilder("#include \"liburing_h.h\"\n#include \"linux_h.h\"\n");
        program.append("#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
        claims.keySet()
                .forEach(c -> program.append("printf(\"%lld\\n\", (long long) (")
                        .append(c)
                        .append("));\n"));
        Path source = Files.writeString(directory.resolve("proof.c"), program.append("return 0; }\n"));
        String binary = directory.resolve("proof").toString();

        assumeTrue(works("cc", "--version"), "there is no C compiler");
        assumeTrue(Files.exists(Path.of("/usr/include/liburing.h")), "liburing's headers are not installed");
        assertThat(run("cc", "-I" + generator, "-o", binary, source.toString())).isEmpty();
        List<String> answers = run(binary);

        Map<String, Long> compiler = new LinkedHashMap<>();
        for (String expression : claims.keySet()) {
            compiler.put(expression, Long.parseLong(answers.get(compiler.size())));
        }
        assertThat(new TreeMap<>(claims)).containsExactlyEntriesOf(new TreeMap<>(compiler));
    }

    /** One set of generated classes serves on all architectures, so the numbers must be the same on each. */
    @ParameterizedTest
    @EnumSource
    void agreesWithTheCompilerFor(CrossCompiler compiler) throws Exception {
        assumeTrue(compiler.isInstalled(), "there is no C compiler for " + compiler + " with its headers");
        assumeTrue(CrossCompiler.hasLiburing(), "liburing's headers are not installed");
        StringBuilder source = new StringBuilder("#include \"liburing_h.h\"\n#include \"linux_h.h\"\n");
        source.append("#include <stddef.h>\n");
        claims.forEach((expression, value) -> source.append(
                "_Static_assert(%s == %dLL, \"%s is not %d\");%n".formatted(expression, value, expression, value)));
        assertThat(compiler.check(directory, Path.of("generator").toAbsolutePath(), source.toString()))
                .isEmpty();
        String wrong = "#include <stddef.h>\n_Static_assert(sizeof(int) == 5, \"found\");\n";
        assertThat(compiler.check(directory, Path.of("generator").toAbsolutePath(), wrong))
                .contains("found");
    }

    @Test
    void layoutsAgreeWithOffsets() throws Exception {
        for (Class<?> type : generated()) {
            if (Stream.of(type.getMethods()).noneMatch(m -> m.getName().equals("layout"))) {
                continue;
            }
            assertThat(layout(type).byteSize()).as(type.getSimpleName()).isEqualTo(size(type));
            Map<String, Long> offsets = new TreeMap<>();
            collectOffsets(layout(type), 0, "", offsets);
            for (Field field : type.getFields()) {
                assertThat(offsets).as(type.getSimpleName()).containsEntry(field.getName(), field.getLong(null));
            }
        }
    }

    private static void collectOffsets(GroupLayout group, long base, String prefix, Map<String, Long> into) {
        long offset = base;
        for (MemoryLayout member : group.memberLayouts()) {
            String name = member.name().map(n -> prefix + n).orElse(null);
            if (name != null) {
                into.put(name + OFFSET, offset);
            }
            if (member instanceof GroupLayout inner) {
                collectOffsets(inner, offset, name == null ? prefix : name + "$", into);
            }
            offset += group instanceof UnionLayout ? 0 : member.byteSize();
        }
    }

    private static List<Class<?>> generated() throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        Path classFiles =
                Path.of(linux_h.class.getResource("linux_h.class").toURI()).getParent();
        try (Stream<Path> files = Files.list(classFiles)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                // Not the nested classes, which hold function handles, nor package-info.
                if (!name.contains("$") && !name.contains("-")) {
                    classes.add(Class.forName(linux_h.class.getPackageName() + "." + name));
                }
            }
        }
        return classes;
    }

    private static StructLayout layout(Class<?> type) throws ReflectiveOperationException {
        return (StructLayout) type.getMethod("layout").invoke(null);
    }

    private static long size(Class<?> type) throws ReflectiveOperationException {
        return (long) type.getMethod("sizeof").invoke(null);
    }

    private static boolean works(String... command) {
        try {
            return !run(command).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (Stream<String> lines = process.inputReader().lines()) {
            return lines.toList();
        }
    }
}
