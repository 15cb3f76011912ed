// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * The library as it is published: installed into a local repository of its own, from which a project outside this tree
 * is built offline.
 */
@Tag("system")
class PublicationTest {
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final String VERSION = "0.1.0";
    private static final List<String> MODULES = List.of("native-bindings", "ring", "crypto-simd", "engine");
    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>org.example</groupId>
              <artifactId>outside</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>25</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencies>
                <dependency>
                  <groupId>io.culvert</groupId>
                  <artifactId>culvert-engine</artifactId>
                  <version>0.1.0</version>
                </dependency>
              </dependencies>
              <build>
                <pluginManagement>
                  <plugins>
                    <plugin>
                      <artifactId>maven-resources-plugin</artifactId>
                      <version>3.3.1</version>
                    </plugin>
                    <plugin>
                      <artifactId>maven-compiler-plugin</artifactId>
                      <version>3.14.1</version>
                    </plugin>
                    <plugin>
                      <artifactId>maven-dependency-plugin</artifactId>
                      <version>3.8.1</version>
                    </plugin>
                  </plugins>
                </pluginManagement>
              </build>
            </project>
            """;
    private static final String MAIN = """
            import io.culvert.engine.PrivateKey;

            public class Main {
                public static void main(String[] arguments) {
                    try (PrivateKey key = PrivateKey.generate()) {
                        System.out.println("key " + key.publicKey());
                    }
                }
            }
            """;

    @TempDir
    private Path directory;

    private Path repository;

    private Command.Result maven(String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Repository.root().resolve("mvnw").toString(),
                "-q",
                "-B",
                "-ntp",
                "-f",
                "-Dmaven.repo.local=" + repository,
                "-Dmaven.repo.local.tail=" + tail()));
        words.addAll(words.indexOf("-f") + 1, List.of(arguments));
        return Command.of(words.toArray(String[]::new)).limit(LIMIT).run().expectSuccess();
    }

    /** The repositories of this build, which have the plugins. */
    private static String tail() {
        return Stream.of(
                        System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository"),
                        System.getProperty("maven.repo.local.tail"))
                .filter(text -> text != null && !text.isEmpty())
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
    }

    /** A build in the tree itself would replace the jars from which this JVM loads its classes. */
    private Path copyOfTheTree() throws IOException {
        Path copy = directory.resolve("tree");
        for (Path file : Repository.files()) {
            Path to = copy.resolve(Repository.root().relativize(file));
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
        return copy;
    }

    private Path artefact(String module, String ending) {
        String name = "culvert-" + module;
        return repository.resolve("io/culvert").resolve(name).resolve(VERSION).resolve(name + "-" + VERSION + ending);
    }

    @Test
    void publishedArtefactsAreCompleteAndServeAnOutsideProject() throws Exception {
        repository = directory.resolve("repository");
        maven(
                copyOfTheTree().resolve("pom.xml").toString(),
                "install",
                "-Ppublish",
                "-DskipTests",
                "-Dspotless.check.skip",
                "-Dcheckstyle.skip",
                "-pl",
                String.join(",", MODULES));
        for (String module : MODULES) {
            checkPom(artefact(module, ".pom"));
            assertThat(names(artefact(module, ".jar"))).contains("module-info.class");
            assertThat(names(artefact(module, "-sources.jar"))).contains("module-info.java");
            assertThat(names(artefact(module, "-javadoc.jar"))).contains("index.html");
        }
        assertThat(names(artefact("engine", "-javadoc.jar")))
                .anyMatch(name -> name.endsWith("io/culvert/engine/Tunnel.html"))
                .noneMatch(name -> name.endsWith("/device/Device.html"));
        outsideProjectBuildsOffline();
    }

    private void outsideProjectBuildsOffline() throws IOException {
        Path project = directory.resolve("outside");
        Path sources = Files.createDirectories(project.resolve("src/main/java"));
        Files.writeString(project.resolve("pom.xml"), POM);
        Files.writeString(sources.resolve("Main.java"), MAIN);
        Path classPath = project.resolve("class-path");
        maven(
                project.resolve("pom.xml").toString(),
                "-o",
                "compile",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + classPath);
        String jars = Files.readString(classPath).strip();
        assertThat(jars).contains(artefact("engine", ".jar").toString()).doesNotContain("org/junit", "bcprov");
        assertThat(Command.output(
                        Repository.jdkProgram("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        project.resolve("target/classes") + File.pathSeparator + jars,
                        "Main"))
                .startsWith("key ");
    }

    private static List<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(entry -> entry.getName()).toList();
        }
    }

    /** What Maven Central wants, in the POM itself and not in a parent. */
    private static void checkPom(Path pom) throws Exception {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        List<String> children = children(project).map(Node::getNodeName).toList();
        assertThat(children)
                .as(pom.toString())
                .contains("groupId", "version", "name", "description", "url", "licenses", "developers", "scm")
                .doesNotContain("parent", "build", "profiles");
        assertThat(Repository.text(pom))
                .contains("culvert.git</connection>")
                .doesNotContain("${", "<scope>test</scope>");
        NodeList dependencies = project.getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            assertThat(children(dependencies.item(i)).map(Node::getNodeName)).contains("version");
        }
    }

    private static Stream<Node> children(Node parent) {
        return Stream.iterate(parent.getFirstChild(), node -> node != null, Node::getNextSibling)
                .filter(Element.class::isInstance);
    }
}
