// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Shortfalls;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfaceSettingsTest {
    @TempDir
    private Path sysctls;

    private final Shortfalls shortfalls = new Shortfalls(Level.DEBUG);

    private Path sysctl(String name) throws IOException {
        Path file = sysctls.resolve(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    @Test
    void refusedSettingIsAShortfallUntilItIsMade() throws IOException {
        // Nobody can write to a directory.
        Path all = sysctl("ipv4/conf/all/send_redirects");
        Files.createDirectory(all);
        Path own = Files.writeString(sysctl("ipv4/conf/wg0/send_redirects"), "1\n");
        InterfaceSettings settings = new InterfaceSettings(sysctls, shortfalls);
        settings.withoutRedirects("wg0");
        assertThat(shortfalls.list()).extracting(Shortfall::what).containsExactly(InterfaceSettings.REDIRECTS);
        Files.delete(all);
        Files.writeString(all, "1\n");
        settings.withoutRedirects("wg0");
        assertThat(shortfalls.list()).isEmpty();
        assertThat(all).hasContent("0");
        assertThat(own).hasContent("0");
    }

    @Test
    void familyThatTheSystemLacksIsNoShortfall() {
        InterfaceSettings settings = new InterfaceSettings(sysctls, shortfalls);
        settings.withoutRedirects("wg0");
        settings.withoutOwnAddresses("wg0");
        assertThat(shortfalls.list()).isEmpty();
        assertThat(sysctls).isEmptyDirectory();
    }
}
