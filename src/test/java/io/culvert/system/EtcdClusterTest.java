// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.EtcdCluster;
import io.culvert.daemon.testbed.EtcdCluster.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The etcd that the overlay's tests run on does what they rely on. */
@OnHost({"etcd", "etcdctl", "openssl"})
class EtcdClusterTest extends InNamespace {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private EtcdCluster cluster;

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private String etcdctl(Optional<Tls> client, String... words) {
        return Unchecked.call(
                () -> cluster.etcdctl(client, words).run().requireSuccess().output());
    }

    private boolean puts(Optional<Tls> client, String key) {
        return Unchecked.call(() -> cluster.etcdctl(client, "--command-timeout=3s", "put", key, "x")
                        .run()
                        .exit()
                == 0);
    }

    @Test
    void oneMemberKeepsItsDataOverAKillAndComesBackFromABackup() throws Exception {
        cluster = EtcdCluster.start(namespace.network(), directory, List.of("127.0.0.1"), Optional.empty());
        etcdctl(Optional.empty(), "put", "a", "1");
        cluster.killMember(0);
        cluster.startMember(0);
        cluster.awaitAnswer();
        assertThat(etcdctl(Optional.empty(), "get", "a", "--print-value-only")).isEqualTo("1\n");
        Path backup = directory.resolve("backup");
        cluster.save(backup, Optional.empty());
        etcdctl(Optional.empty(), "put", "a", "2");
        cluster.restore(backup);
        assertThat(etcdctl(Optional.empty(), "get", "a", "--print-value-only")).isEqualTo("1\n");
    }

    @Test
    void threeMembersAuthenticateAndOutliveTheirLeader() throws Exception {
        OpensslAuthority authority = new OpensslAuthority(directory);
        Tls server = authority.issue("server", "IP:127.0.0.1", "IP:127.0.0.2", "IP:127.0.0.3");
        Optional<Tls> root = Optional.of(authority.issue("root"));
        Optional<Tls> node = Optional.of(authority.issue("node"));
        cluster = EtcdCluster.start(
                namespace.network(), directory, List.of("127.0.0.1", "127.0.0.2", "127.0.0.3"), Optional.of(server));
        etcdctl(root, "user", "add", "root", "--no-password");
        etcdctl(root, "user", "grant-role", "root", "root");
        etcdctl(root, "user", "add", "node", "--no-password");
        etcdctl(root, "role", "add", "node");
        etcdctl(root, "role", "grant-permission", "node", "readwrite", "own");
        etcdctl(root, "user", "grant-role", "node", "node");
        etcdctl(root, "auth", "enable");
        assertThat(puts(node, "own")).isTrue();
        assertThat(puts(node, "other")).isFalse();
        assertThat(puts(Optional.empty(), "own")).isFalse();
        cluster.killMember(cluster.leader(root).orElseThrow());
        assertThat(Eventually.holds(SOON, () -> puts(node, "own"))).isTrue();
    }
}
