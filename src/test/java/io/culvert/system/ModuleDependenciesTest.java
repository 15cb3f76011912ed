// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.culvert.engine.noise.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Dependencies point one way: native-bindings, ring, engine, daemon, bench; and crypto-simd, engine. The overlay stands
 * alone. Packages are free of cycles everywhere, and the engine's are layered: wire formats know no device, and the
 * pipeline knows no device either.
 */
class ModuleDependenciesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(Arrays.stream(Part.values())
                    .map(part -> Repository.classes(part.directory))
                    .toList());

    /** A Maven module, with the Culvert modules that it may use, directly or not. */
    enum Part {
        NATIVE_BINDINGS("native-bindings", "natives", Set.of()),
        RING("ring", "ring", Set.of("natives")),
        CRYPTO_SIMD("crypto-simd", "crypto", Set.of()),
        ENGINE("engine", "engine", Set.of("natives", "ring", "crypto")),
        DAEMON("daemon", "daemon", Set.of("natives", "ring", "crypto", "engine")),
        OVERLAY("overlay", "overlay", Set.of()),
        BENCH("bench", "bench", Set.of("natives", "ring", "crypto", "engine", "engine.testkit", "daemon"));

        private final String directory;
        private final String name;
        private final Set<String> allowed;

        Part(String directory, String name, Set<String> allowed) {
            this.directory = directory;
            this.name = name;
            this.allowed = allowed;
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void moduleRequiresOnlyLowerModules(Part part) throws IOException {
        Path descriptor = Repository.classes(part.directory).resolve("module-info.class");
        if (part == Part.BENCH && !Files.exists(descriptor)) {
            return; // JMH's generated code lives on the class path; the classes themselves are checked below
        }
        try (InputStream in = Files.newInputStream(descriptor)) {
            ModuleDescriptor module = ModuleDescriptor.read(in);
            assertThat(module.name()).isEqualTo("io.culvert." + part.name);
            Set<String> ours = module.requires().stream()
                    .map(ModuleDescriptor.Requires::name)
                    .filter(name -> name.startsWith("io.culvert."))
                    .map(name -> name.substring("io.culvert.".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(part.allowed)
                    .as("modules that %s may require", module.name())
                    .containsAll(ours);
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void classesUseOnlyLowerModules(Part part) {
        String[] forbidden = Arrays.stream(Part.values())
                .filter(other -> other != part && !part.allowed.contains(other.name))
                .map(other -> "io.culvert." + other.name + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.culvert." + part.name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void moduleHoldsItsOwnPackagesOnly(Part part) {
        JavaClasses own = new ClassFileImporter().importPath(Repository.classes(part.directory));
        classes()
                .should()
                .resideInAPackage("io.culvert." + part.name + "..")
                .allowEmptyShould(true)
                .check(own);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.culvert.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** For each lower package of the engine: the other engine packages that it may use. */
    static Stream<Map.Entry<String, List<String>>> enginePackages() {
        return Stream.of(
                Map.entry("message", List.of()),
                Map.entry("packet", List.of("message")),
                Map.entry("io", List.of("packet")),
                Map.entry("schedule", List.of("packet")),
                Map.entry("noise", List.of("message", "io")),
                Map.entry("cookie", List.of("message", "noise", "io")),
                Map.entry("routing", List.of("message", "noise", "io")),
                Map.entry("timer", List.of("message", "noise", "io")),
                Map.entry("pipeline", List.of("message", "packet", "io", "schedule", "noise", "routing", "timer")));
    }

    @ParameterizedTest
    @MethodSource("enginePackages")
    void enginePackageUsesOnlyLowerPackages(Map.Entry<String, List<String>> entry) {
        Set<String> allowed = new TreeSet<>();
        allowed.add("io.culvert.engine." + entry.getKey());
        entry.getValue().forEach(name -> allowed.add("io.culvert.engine." + name));
        String[] forbidden = CLASSES.stream()
                .map(type -> type.getPackageName())
                .filter(name -> name.startsWith("io.culvert.engine") && !allowed.contains(name))
                .distinct()
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.culvert.engine." + entry.getKey())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** The engine also runs in memory: below its public interface it knows Linux by its interfaces only. */
    @Test
    void noOtherPackageOfTheEngineUsesLinux() {
        noClasses()
                .that()
                .resideInAPackage("io.culvert.engine..")
                .and()
                .resideOutsideOfPackages("io.culvert.engine.linux..", "io.culvert.engine")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.culvert.engine.linux..")
                .check(CLASSES);
    }

    /** Programs that embed the engine see its public interface, and nothing that changes without notice. */
    @Test
    void engineExportsItsPublicInterfaceOnly() throws IOException {
        try (InputStream in = Files.newInputStream(Repository.classes("engine").resolve("module-info.class"))) {
            assertThat(ModuleDescriptor.read(in).exports().stream()
                            .filter(exported -> !exported.isQualified())
                            .map(ModuleDescriptor.Exports::source))
                    .containsExactly("io.culvert.engine");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Part.class,
            names = {"ENGINE", "RING", "NATIVE_BINDINGS", "CRYPTO_SIMD"})
    void librariesNeitherPrintNorExit(Part part) {
        noClasses()
                .that()
                .resideInAPackage("io.culvert." + part.name + "..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** The garbage collector leaves copies of what it moves. */
    @Test
    void secretsStayOffTheHeap() {
        noClasses()
                .that()
                .resideInAnyPackage("io.culvert.engine.device..", "io.culvert.engine.noise..", "io.culvert.daemon..")
                .should()
                .callConstructor(Secret.class, byte[].class)
                .orShould()
                .callMethod(Secret.class, "toBytes")
                .check(CLASSES);
    }
}
