// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Endpoint;
import java.util.List;

/**
 * What the command line says of an agent.
 *
 * @param network its network
 * @param node its name in it
 * @param interfaceName the interface that it keeps
 * @param listenPort UDP port of the interface; 0 to leave it as it is
 * @param endpoints where other nodes reach this one, the best one first
 * @param isForced whether any number of peers may go at once
 */
public record AgentOptions(
        String network,
        String node,
        String interfaceName,
        int listenPort,
        List<Endpoint> endpoints,
        boolean isForced) {}
