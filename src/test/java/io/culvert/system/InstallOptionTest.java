// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Benchmarks install nothing unless told so, and then nothing that runs as a service. */
@OnHost
class InstallOptionTest {
    /** Stands in for apt-get: asks whether services may start, and has one start with the system. */
    private static final String APT = """
            #!/bin/sh
            [ "$1" = install ] || exit 0
            /usr/sbin/policy-rc.d; echo "policy: $?" >"$TRACE"
            mkdir -p /etc/systemd/system/multi-user.target.wants
            ln -s /dev/null /etc/systemd/system/multi-user.target.wants/new.service
            """;

    /** Hides the directories that would change. */
    private static final String RUN = """
            mount -t tmpfs none /etc/systemd/system && mount -t tmpfs none /usr/sbin || exit 9
            mkdir /etc/systemd/system/multi-user.target.wants
            ln -s /dev/null /etc/systemd/system/multi-user.target.wants/old.service
            . "$0"
            install some-package
            ls /etc/systemd/system/multi-user.target.wants /usr/sbin
            """;

    private static String setup() {
        return Repository.root().resolve("bin/setup.sh").toString();
    }

    @Test
    void withoutTheOptionMissingPackagesAreNamed() {
        Command.Result result = Command.of(
                        "env", "CULVERT_NO_INSTALL=1", "bash", "-c", ". \"$0\"; need no-such-package", setup())
                .run()
                .expectFailure();
        assertThat(result.allOutput())
                .contains("missing packages", "apt-get install no-such-package", "again as root with --install")
                .doesNotContain("installing");
    }

    private static void writeApt(Path directory, String script) throws IOException {
        Path apt = Files.writeString(directory.resolve("apt-get"), script);
        Files.setPosixFilePermissions(apt, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** As unattended-upgrades does, or another build: what is missing would be a test that is skipped. */
    @Test
    void anInstallationWaitsForAnotherOne(@TempDir Path directory) throws IOException {
        writeApt(directory, "#!/bin/sh\necho \"$*\" >\"$TRACE\"\n");
        Path trace = directory.resolve("trace");
        Command.of(
                        "env",
                        "TRACE=" + trace,
                        "PATH=" + directory + ":/usr/bin:/bin",
                        "bash",
                        "-c",
                        ". \"$0\"; install some-package",
                        setup())
                .run()
                .expectSuccess();
        assertThat(Repository.text(trace)).contains("-o DPkg::Lock::Timeout=300", "some-package");
    }

    @Test
    void servicesOfInstalledPackagesDoNotStart(@TempDir Path directory) throws IOException {
        writeApt(directory, APT);
        Path trace = directory.resolve("trace");
        Command.Result result = Command.of(
                        "unshare",
                        "--mount",
                        "env",
                        "CULVERT_WITHOUT_SERVICES=1",
                        "TRACE=" + trace,
                        "PATH=" + directory + ":/usr/bin:/bin",
                        "bash",
                        "-c",
                        RUN,
                        setup())
                .run()
                .expectSuccess();
        assertThat(Repository.text(trace)).isEqualTo("policy: 101\n");
        assertThat(result.output()).contains("old.service").doesNotContain("new.service", "policy-rc.d");
    }
}
