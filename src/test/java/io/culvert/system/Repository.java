// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The working tree that the tests belong to. */
final class Repository {
    private static final Set<String> NOT_SOURCES = Set.of(".git", "target", "perf-results", ".idea", ".vscode");

    private Repository() {}

    /** The directory that holds the Maven wrapper: the working directory or one above it. */
    static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("mvnw"))) {
                return at;
            }
        }
        throw new IllegalStateException("no mvnw above " + Path.of("").toAbsolutePath());
    }

    /** The compiled main classes of a module. */
    static Path classes(String module) {
        return root().resolve(module).resolve("target/classes");
    }

    /** The path of a program of the JDK that runs the tests. */
    static String jdkProgram(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** The compiled system tests, for programs among them. */
    static String testClasses() {
        return root().resolve("src/test/target/test-classes").toString();
    }

    /** All files of the tree except build output and results. */
    static List<Path> files() {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(root(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return NOT_SOURCES.contains(directory.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    found.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Those of {@link #files} whose names have this ending. */
    static List<Path> files(String ending) {
        return files().stream().filter(file -> file.toString().endsWith(ending)).toList();
    }

    /** A file's text. */
    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
