// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.uapi.AddressText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Routing tables by number, or by the names that {@code ip} reads from files. */
final class RouteTables {
    private static final List<Path> DIRECTORIES = List.of(Path.of("/etc/iproute2"), Path.of("/usr/share/iproute2"));

    private RouteTables() {}

    /** The table that a file's text means; empty if {@code ip} would not know it. */
    static Optional<RouteTable> find(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (word.equals("auto")) {
            return Optional.of(RouteTable.AUTO);
        }
        if (word.equals("off")) {
            return Optional.of(RouteTable.OFF);
        }
        if (word.matches("0x[0-9a-f]{1,8}")) {
            long number = Long.parseLong(word.substring(2), 16);
            return number == 0 ? Optional.empty() : Optional.of(new RouteTable(Long.toString(number)));
        }
        long number = AddressText.decimal(word, 0xffff_ffffL);
        if (number > 0) {
            return Optional.of(new RouteTable(Long.toString(number)));
        }
        return isName(text) ? Optional.of(new RouteTable(text)) : Optional.empty();
    }

    private static boolean isName(String text) {
        return text.equals("main")
                || text.equals("default")
                || text.equals("local")
                || files().stream().anyMatch(file -> names(file).contains(text));
    }

    private static List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path directory : DIRECTORIES) {
            files.add(directory.resolve("rt_tables"));
            try (DirectoryStream<Path> more = Files.newDirectoryStream(directory.resolve("rt_tables.d"), "*.conf")) {
                more.forEach(files::add);
            } catch (IOException e) {
                continue; // There is no such directory, or it may not be read: ip finds nothing in it either.
            }
        }
        return files;
    }

    private static List<String> names(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length >= 2 && !words[0].startsWith("#"))
                    .map(words -> words[1])
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
