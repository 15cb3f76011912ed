// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.culvert.overlay.record.Fields;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Name;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a machine knows of a network out of band: its {@code network.json}.
 *
 * @param network the network's name
 * @param node the name of this machine's node; empty on the enroller's machine
 * @param etcd the addresses of the store's members, one or more
 * @param enrolmentKeys the pinned public keys, one or two
 */
public record NetworkFile(String network, Optional<String> node, List<URI> etcd, List<Key> enrolmentKeys) {
    private static final int MAX_MEMBERS = 16;

    /** Copies the lists. */
    public NetworkFile {
        etcd = List.copyOf(etcd);
        enrolmentKeys = List.copyOf(enrolmentKeys);
        if (etcd.isEmpty() || enrolmentKeys.isEmpty()) {
            throw new IllegalArgumentException("a network has addresses of etcd and enrolment keys");
        }
    }

    /**
     * The address of a member of etcd.
     *
     * @throws IllegalArgumentException if the text is not such as https://192.0.2.1:2379
     */
    public static URI address(String text) {
        URI address = URI.create(text);
        boolean plain = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        boolean more = !"".equals(address.getPath()) && !"/".equals(address.getPath())
                || address.getQuery() != null
                || address.getUserInfo() != null
                || address.getFragment() != null;
        if (!plain || more || address.getHost() == null) {
            throw new IllegalArgumentException("not an address of etcd such as https://192.0.2.1:2379: " + text);
        }
        return address.getPort() > 0 ? address : URI.create(address.getScheme() + "://" + address.getHost() + ":2379");
    }

    /**
     * Reads the file.
     *
     * @throws IOException if it does not exist or is not such a file; the message says what to do
     */
    public static NetworkFile read(Path file) throws IOException {
        try {
            Fields fields = Fields.of(PrivateFile.readPublic(file));
            String network = fields.name("network");
            Optional<String> node =
                    fields.parsedIfPresent("node", RecordProblem.BAD_NAME, name -> Name.require("node", name));
            List<URI> etcd = fields.list("etcd", MAX_MEMBERS, RecordProblem.BAD_VALUE, NetworkFile::address);
            List<Key> keys = fields.list("enrolment_keys", 2, RecordProblem.BAD_VALUE, Key::ofBase64);
            fields.end();
            return new NetworkFile(network, node, etcd, keys);
        } catch (RecordException | IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage() + "; init and enrol write such a file");
        }
    }

    /** Writes the file, in place of the one that may be there. */
    public void write(Path file) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("v", Fields.VERSION);
        json.addProperty("network", network);
        node.ifPresent(name -> json.addProperty("node", name));
        json.add("etcd", strings(etcd));
        json.add("enrolment_keys", strings(enrolmentKeys));
        String text = new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(json);
        PrivateFile.replace(file, text + "\n", PrivateFile.PUBLIC);
    }

    private static JsonArray strings(List<?> values) {
        JsonArray array = new JsonArray();
        new ArrayList<>(values).forEach(value -> array.add(value.toString()));
        return array;
    }

    /** This file on the machine of a node. */
    public NetworkFile forNode(String name) {
        return new NetworkFile(network, Optional.of(name), etcd, enrolmentKeys);
    }

    /** This file with other enrolment keys. */
    public NetworkFile withKeys(List<Key> keys) {
        return new NetworkFile(network, node, etcd, keys);
    }
}
