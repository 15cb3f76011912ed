// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import java.util.ArrayList;
import java.util.List;

/**
 * What etcd's root has to create, as lines for a shell. A user's name is the CN of its certificate. Names of nodes have
 * no underscore, so that no node is taken for the enroller.
 */
final class Rbac {
    private static final String ETCDCTL = "ETCDCTL_API=3 etcdctl ";

    private Rbac() {}

    /** The etcd user of the enroller. */
    static String enroller(String network) {
        return "enroller_" + network;
    }

    /** The role of all that read a network: nodes and relays. */
    static String reader(String network) {
        return "reader_" + network;
    }

    /** The etcd user of a node, and its role. */
    static String node(String network, String node) {
        return node + "." + network;
    }

    private static List<String> user(String name, List<String> roles) {
        List<String> lines = new ArrayList<>();
        lines.add(ETCDCTL + "user add " + name + " --no-password");
        roles.forEach(role -> lines.add(ETCDCTL + "user grant-role " + name + " " + role));
        return lines;
    }

    /** Once for a network: the enroller writes all of it, and readers read it. */
    static List<String> ofNetwork(String network) {
        List<String> lines = new ArrayList<>();
        lines.add(ETCDCTL + "role add " + reader(network));
        lines.add(
                ETCDCTL + "role grant-permission " + reader(network) + " --prefix=true read " + Keys.network(network));
        lines.add(ETCDCTL + "role add " + enroller(network));
        lines.add(ETCDCTL + "role grant-permission " + enroller(network) + " --prefix=true readwrite "
                + Keys.network(network));
        lines.addAll(user(enroller(network), List.of(enroller(network))));
        return lines;
    }

    /** Once for a node: it writes its own record, and a gateway its sign of life. */
    static List<String> ofNode(Member member) {
        String name = node(member.network(), member.name());
        List<String> lines = new ArrayList<>();
        lines.add(ETCDCTL + "role add " + name);
        lines.add(
                ETCDCTL + "role grant-permission " + name + " readwrite " + Keys.node(member.network(), member.name()));
        if (member.role() == Role.GATEWAY) {
            String region = member.region().orElse(Topology.DEFAULT_REGION);
            lines.add(ETCDCTL + "role grant-permission " + name + " readwrite "
                    + Keys.gateway(member.network(), region, member.name()));
        }
        lines.addAll(user(name, List.of(name, reader(member.network()))));
        return lines;
    }

    /** For a node that was revoked. */
    static List<String> withoutNode(Member member) {
        String name = node(member.network(), member.name());
        return List.of(ETCDCTL + "user delete " + name, ETCDCTL + "role delete " + name);
    }
}
