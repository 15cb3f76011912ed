// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @TempDir
    private Path directory;

    @Test
    void nameIsLookedUpInItsDirectory() throws ConfigException {
        assertThat(ConfigFile.of("culvert-none"))
                .isEqualTo(new ConfigFile(Path.of("/etc/wireguard/culvert-none.conf"), "culvert-none"));
        assertThat(ConfigFile.of("a/b/wg=+.-_9.conf").name()).isEqualTo("wg=+.-_9");
        assertThat(ConfigFile.of("./wg0.conf").path())
                .isEqualTo(Path.of("wg0.conf").toAbsolutePath());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wg 0", "a-name-of-16-long", "./a-name-of-16-long.conf", "./wg0.txt", "", "..", "./.conf", "wg%i"
            })
    void namesThatNoInterfaceCanHaveAreRefused(String argument) {
        assertThatThrownBy(() -> ConfigFile.of(argument))
                .isInstanceOf(ConfigException.class)
                .message()
                .containsAnyOf("cannot be an interface's name", "must be named like the interface");
    }

    @Test
    void accessOfOthersIsWarnedOf() throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("wg0.conf"), "[Interface]\n");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(ConfigFile.of(file.toString()).read().warnings())
                .containsExactly(file + " is accessible to all users: chmod o-rwx " + file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(ConfigFile.of(file.toString()).read().warnings()).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        assertThat(ConfigFile.of(file.toString()).read().warnings()).isEmpty();
    }

    @Test
    void missingFileIsNamed() {
        Path file = directory.resolve("wg0.conf");
        assertThatThrownBy(() -> ConfigFile.of(file.toString()).read()).hasMessage(file + " does not exist");
    }
}
