// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/**
 * A gateway that lives, signed by its identity key. Its key hangs on a lease; nothing else does.
 *
 * @param network the network's name
 * @param region the gateway's
 * @param name the gateway's, as a node
 * @param serial rises with each version
 */
public record Gateway(String network, String region, String name, long serial) implements Content {
    @Override
    public Kind kind() {
        return Kind.GATEWAY;
    }

    @Override
    public String key() {
        return Keys.gateway(network, region, name);
    }

    @Override
    public String toJson() {
        return Json.content(this, json -> {
            json.name("region").value(region);
            json.name("name").value(name);
        });
    }

    static Gateway read(String network, long serial, Fields fields) throws RecordException {
        return new Gateway(network, fields.name("region"), fields.name("name"), serial);
    }
}
