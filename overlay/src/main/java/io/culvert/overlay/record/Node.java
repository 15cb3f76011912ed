// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.util.List;
import java.util.Optional;

/**
 * What a node says of itself, signed by its identity key.
 *
 * @param network the network's name
 * @param name the node's
 * @param serial rises with each version
 * @param wireGuard the public key of its interface
 * @param next the public key that it will have next, while it changes its key
 * @param endpoints where it can be reached, the best one first; at most {@link #MAX_ENDPOINTS}, perhaps none
 */
public record Node(
        String network, String name, long serial, Key wireGuard, Optional<Key> next, List<Endpoint> endpoints)
        implements Content {
    /** The most endpoints of a node. */
    public static final int MAX_ENDPOINTS = 8;

    /** Copies the list. */
    public Node {
        endpoints = List.copyOf(endpoints);
        if (endpoints.size() > MAX_ENDPOINTS) {
            throw new IllegalArgumentException("a node has at most " + MAX_ENDPOINTS + " endpoints");
        }
        if (next.filter(wireGuard::equals).isPresent()) {
            throw new IllegalArgumentException("the next key is another one");
        }
    }

    @Override
    public Kind kind() {
        return Kind.NODE;
    }

    @Override
    public String key() {
        return Keys.node(network, name);
    }

    @Override
    public String toJson() {
        return Json.content(this, json -> {
            json.name("name").value(name);
            json.name("wireguard").value(wireGuard.toString());
            if (next.isPresent()) {
                json.name("next").value(next.get().toString());
            }
            Json.list(json, "endpoints", endpoints);
        });
    }

    static Node read(String network, long serial, Fields fields) throws RecordException {
        String name = fields.name("name");
        Key wireGuard = fields.parsed("wireguard", RecordProblem.BAD_VALUE, Key::ofBase64);
        Optional<Key> next = fields.parsedIfPresent("next", RecordProblem.BAD_VALUE, Key::ofBase64);
        List<Endpoint> endpoints = fields.list("endpoints", MAX_ENDPOINTS, RecordProblem.BAD_ENDPOINT, Endpoint::of);
        try {
            return new Node(network, name, serial, wireGuard, next, endpoints);
        } catch (IllegalArgumentException e) {
            throw new RecordException(RecordProblem.BAD_VALUE, e.getMessage());
        }
    }
}
