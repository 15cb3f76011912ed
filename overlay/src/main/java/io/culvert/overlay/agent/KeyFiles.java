// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.wireguard.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/** Private keys in files of a directory that only their owner can read. */
final class KeyFiles implements KeyStore {
    private final Path directory;

    KeyFiles(Path directory) {
        this.directory = directory;
    }

    private Path file(Place place) {
        return directory.resolve("wireguard-" + place.name().toLowerCase(Locale.ROOT) + ".key");
    }

    @Override
    public Optional<PrivateKey> load(Place place) throws IOException {
        return Files.exists(file(place)) ? Optional.of(PrivateKey.read(file(place))) : Optional.empty();
    }

    @Override
    public long madeMillis(Place place) throws IOException {
        return Files.getLastModifiedTime(file(place)).toMillis();
    }

    @Override
    public void save(Place place, PrivateKey key) throws IOException {
        key.write(file(place));
    }

    @Override
    public void move(Place from, Place to) throws IOException {
        Files.move(file(from), file(to), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Place place) throws IOException {
        Files.deleteIfExists(file(place));
    }
}
